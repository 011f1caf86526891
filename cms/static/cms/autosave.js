// What is typed while Wagtail looks away. It takes a form for unchanged as it is two seconds after it opened, and for
// saved as it is when the answer comes to what was sent a second before: what was typed meanwhile would be neither
// saved nor warned of, and lost in silence.
(() => {
  const IDENTIFIER = 'w-unsaved';
  const unsaved = (form) => window.wagtail.app.getControllerForElementAndIdentifier(form, IDENTIFIER);
  const typedIn = new WeakSet();
  const sent = new WeakMap();

  const onForm = (type, act) => {
    document.addEventListener(type, (event) => {
      const form = event.target.closest?.(`form[data-controller~="${IDENTIFIER}"]`);
      if (form) act(form, event);
    });
  };

  for (const type of ['input', 'change']) {
    onForm(type, (form, event) => {
      if (event.isTrusted) typedIn.add(form); // what widgets fill in as they start was there before
    });
  }

  onForm(`${IDENTIFIER}:watch-edits`, (form) => {
    if (!typedIn.has(form)) return;
    const controller = unsaved(form);
    controller.forceValue = true;
    controller.previousFormData = '';
    controller.check();
  });

  onForm('w-autosave:save', (form) => {
    typedIn.delete(form);
    sent.set(form, unsaved(form).formData);
  });

  onForm('w-autosave:success', (form, { detail }) => {
    const saved = new URLSearchParams(sent.get(form));
    for (const [name, value] of Object.entries(detail.response.field_updates ?? {})) {
      if (saved.has(name)) saved.set(name, value);
    }
    const controller = unsaved(form);
    controller.initialFormData = saved.toString();
    controller.previousFormData = controller.initialFormData;
    controller.check();
  });
})();
