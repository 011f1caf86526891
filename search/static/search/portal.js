// What the portal's pages do better with JavaScript: facets without a reload, the selection, an address to copy. Without
// this file links and forms do the same, each with a page of its own.
(() => {
  const status = document.createElement('p');
  status.setAttribute('role', 'status');
  status.className = 'hidden';
  document.body.append(status);
  const say = (text) => {
    status.textContent = '';
    requestAnimationFrame(() => { status.textContent = text; });
  };
  const region = () => document.querySelector('[data-results]');

  // --- facets, orders and sheets: the same address is fetched, and the results of its page take the place of these ---
  let asking;
  const REST = ['title', 'nav.languages', '.portal-form input[type="hidden"]', 'link[rel="alternate"]'];

  const swap = (page) => {
    const next = page.querySelector('[data-results]');
    const opened = new Map([...region().querySelectorAll('details[data-facet]')].map((one) => [one.dataset.facet, one.open]));
    for (const one of next.querySelectorAll('details[data-facet]')) {
      if (opened.has(one.dataset.facet)) one.open = opened.get(one.dataset.facet);
    }
    region().replaceWith(next);
    for (const selector of REST) {
      const now = [...document.querySelectorAll(selector)];
      const then = [...page.querySelectorAll(selector)];
      const form = document.querySelector('.portal-form');
      for (const one of now.slice(then.length)) one.remove();
      for (const [place, one] of then.entries()) {
        if (now[place]) now[place].replaceWith(one);
        else (selector.startsWith('.portal-form') ? form : document.head).append(one);
      }
    }
    const field = document.querySelector('.portal-form [name="q"]');
    if (field && document.activeElement !== field) field.value = page.querySelector('.portal-form [name="q"]').value;
  };

  const focusAgain = (value, facet) => {
    const same = value && [...region().querySelectorAll('[data-value]')].find(
      (one) => one.dataset.value === value && one.closest('details')?.dataset.facet === facet,
    );
    const target = same || document.getElementById('count');
    target.focus({ preventScroll: Boolean(same) });
  };

  const load = async (address, { push, value, facet }) => {
    asking?.abort();
    asking = new AbortController();
    region().setAttribute('aria-busy', 'true');
    try {
      const response = await fetch(address, { signal: asking.signal, headers: { Accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      if (!response.ok || !page.querySelector('[data-results]')) throw new Error('no results');
      swap(page);
      if (push) history.pushState({ portal: true }, '', address);
      focusAgain(value, facet);
      say(document.getElementById('count').textContent);
    } catch (error) {
      if (error.name !== 'AbortError') window.location.assign(address);
    }
  };

  document.addEventListener('click', (event) => {
    const link = event.target.closest('[data-results] a[href]');
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const address = new URL(link.href);
    if (address.origin !== window.location.origin || address.pathname !== window.location.pathname || address.hash) return;
    event.preventDefault();
    load(address.href, { push: true, value: link.dataset.value, facet: link.closest('details')?.dataset.facet });
  });

  if (region()) {
    history.replaceState({ portal: true }, '');
    window.addEventListener('popstate', (event) => {
      if (event.state?.portal) load(window.location.href, { push: false });
    });
  }

  // --- forms: a range of years, and what goes into the selection ---
  const pick = async (form, button) => {
    const body = new URLSearchParams({ [button.name]: button.value });
    try {
      const response = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json' } });
      if (!response.ok) throw new Error(response.statusText);
      const { selection } = await response.json();
      const picked = selection.includes(button.value);
      button.dataset.picked = String(picked);
      button.name = picked ? 'remove' : 'add';
      const count = document.querySelector('[data-selection-count]');
      count.textContent = selection.length;
      say(count.parentElement.textContent);
    } catch {
      form.noLive = true; // as without this file
      form.requestSubmit(button);
    }
  };

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.matches('[data-results] .year-range')) {
      event.preventDefault();
      const given = [...new FormData(form)].filter(([, value]) => value);
      load(`${form.action}?${new URLSearchParams(given)}`, { push: true });
    } else if (form.matches('.pick') && event.submitter && !form.noLive && !form.closest('[data-selection]')) {
      event.preventDefault();
      pick(form, event.submitter);
    }
  });

  // --- an address to copy ---
  const ready = (root) => {
    if (!navigator.clipboard) return;
    for (const button of root.querySelectorAll('.share-address button')) button.hidden = false;
  };
  ready(document);
  new MutationObserver(() => ready(document)).observe(document.getElementById('main'), { childList: true, subtree: true });
  document.addEventListener('click', async (event) => {
    const button = event.target.closest('.share-address button');
    if (!button) return;
    const field = button.previousElementSibling;
    await navigator.clipboard.writeText(field.value);
    say(field.dataset.copied);
    button.textContent = field.dataset.copied;
  });
})();
