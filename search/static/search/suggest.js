// Suggestions under the portal's search field: the editable combobox with a list of the ARIA practices. Focus stays in
// the field; without this file the form is sent as it is.
(() => {
  const PAUSE = 150; // milliseconds without a key before the server is asked
  const LEAST = 2;
  const field = document.querySelector('[data-suggest]');
  if (!field) return;

  const made = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const list = made('ul', { id: 'suggestions', role: 'listbox', 'aria-label': field.dataset.label, hidden: '' });
  const status = made('p', { role: 'status', class: 'hidden' });
  field.type = 'text'; // a search field may not be a combobox
  for (const [key, value] of Object.entries({
    role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id,
  })) field.setAttribute(key, value);
  field.parentElement.append(list, status);

  let chosen = -1;
  let timer, asking;

  const choose = (place) => {
    const options = [...list.children];
    chosen = place;
    for (const [number, option] of options.entries()) option.setAttribute('aria-selected', String(number === place));
    if (place < 0) return field.removeAttribute('aria-activedescendant');
    field.setAttribute('aria-activedescendant', options[place].id);
    options[place].scrollIntoView({ block: 'nearest' });
  };

  const show = (open) => {
    list.hidden = !open;
    field.setAttribute('aria-expanded', String(open));
    choose(-1);
  };

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    status.textContent = '';
    show(false);
  };

  const option = (item, number) => {
    const name = made('span', { class: 'suggestion-name' }, item.label);
    if (item.matched) name.append(' ', made('small', {}, item.matched));
    const kind = made('span', { class: 'suggestion-kind' }, item.kind.label);
    if (item.count) kind.append(` (${item.count})`);
    const element = made('li', { id: `suggestion-${number}`, role: 'option', 'aria-selected': 'false' }, name, ' ', kind);
    element.dataset.address = item.address;
    return element;
  };

  const ask = async () => {
    const typed = field.value.trim();
    asking?.abort();
    if (typed.length < LEAST) return close();
    asking = new AbortController();
    const query = new URLSearchParams({ q: typed, locale: document.documentElement.lang });
    try {
      const response = await fetch(`${field.dataset.suggest}?${query}`, { signal: asking.signal });
      if (!response.ok) return close();
      const { items } = await response.json();
      list.replaceChildren(...items.map(option));
      show(items.length > 0);
      status.textContent = items.length ? `${field.dataset.label}: ${items.length}` : '';
    } catch (error) {
      if (error.name !== 'AbortError') close(); // the form still works
    }
  };

  const go = (element) => window.location.assign(element.dataset.address);

  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const last = list.children.length - 1;
    const open = !list.hidden;
    if (event.key === 'Escape' && open) {
      event.preventDefault();
      close();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && last >= 0) {
      event.preventDefault();
      if (!open) show(true);
      if (event.altKey) return;
      const step = event.key === 'ArrowDown' ? 1 : -1;
      // The field itself is one of the stops.
      choose(((chosen + 1 + step + last + 2) % (last + 2)) - 1);
    } else if (event.key === 'Enter' && open && chosen >= 0) {
      event.preventDefault();
      go(list.children[chosen]);
    } else if (event.key === 'Tab') {
      close();
    }
  });
  field.addEventListener('blur', close);
  list.addEventListener('mousedown', (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener('click', (event) => {
    const clicked = event.target.closest('[role=option]');
    if (clicked) go(clicked);
  });
})();
