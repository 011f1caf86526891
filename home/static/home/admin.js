// What is typed as a date stays as typed: where the calendar cannot read it, it would put today in its place, in silence.
jQuery.fn.datetimepicker.defaults.validateOnBlur = false;

// Labels for screen readers that Wagtail's search forms and wagtail-localize's editor write in English.
(() => {
  const french = { Search: 'Rechercher', 'More actions': 'Autres actions' };
  if (document.documentElement.lang.slice(0, 2) !== 'fr') return;
  const translate = () => {
    for (const input of document.querySelectorAll('.w-sr-only input[type="submit"][value="Search"]')) input.value = french.Search;
    for (const label of document.querySelectorAll('.w-sr-only')) {
      if (!label.children.length && label.textContent === 'More actions') label.textContent = french['More actions'];
    }
  };
  document.addEventListener('DOMContentLoaded', () => {
    translate();
    new MutationObserver(translate).observe(document.body, { childList: true, subtree: true });
  });
})();
