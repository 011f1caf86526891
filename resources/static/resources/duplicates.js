// While a record is typed, asks whether another one looks like it.
(() => {
  const PAUSE = 600; // milliseconds without a key

  class Duplicates extends window.StimulusModule.Controller {
    static values = { address: String };

    connect() {
      this.form = this.element.closest('form');
      this.typed = (event) => {
        if (/^(texts-\d+-title|identifiers-\d+-(value|scheme)|date)$/.test(event.target.name)) {
          clearTimeout(this.timer);
          this.timer = setTimeout(() => this.ask(), PAUSE);
        }
      };
      this.form.addEventListener('input', this.typed);
      this.form.addEventListener('change', this.typed);
    }

    disconnect() {
      clearTimeout(this.timer);
      this.form.removeEventListener('input', this.typed);
      this.form.removeEventListener('change', this.typed);
    }

    async ask() {
      // A new record has its key once Wagtail has kept a draft of it.
      const own = this.form.action.match(/\/edit\/(\d+)\//)?.[1] ?? '';
      const query = new URLSearchParams({ record: own });
      for (const [name, value] of new FormData(this.form)) {
        if (/^texts-\d+-title$/.test(name) && value) query.append('title', value);
        if (name === 'date') query.append('date', value);
        const number = name.match(/^(identifiers-\d+)-value$/);
        if (number && value) query.append('number', `${this.form.elements[`${number[1]}-scheme`].value} ${value}`);
      }
      this.asked = (this.asked || 0) + 1;
      const mine = this.asked;
      const answer = await fetch(`${this.addressValue}?${query}`, { credentials: 'same-origin' });
      if (answer.ok && mine === this.asked) this.element.innerHTML = await answer.text(); // an earlier one is out of date
    }
  }

  window.wagtail.app.register('duplicates', Duplicates);
})();
