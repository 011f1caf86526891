// While the worker is at an import, asks how far it is.
(() => {
  const PAUSE = 1500; // milliseconds

  class Import extends window.StimulusModule.Controller {
    static values = { address: String };

    connect() {
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    disconnect() {
      clearTimeout(this.timer);
    }

    async ask() {
      const answer = await fetch(this.addressValue, { credentials: 'same-origin' }).catch(() => null);
      if (answer?.ok) {
        this.element.innerHTML = await answer.text();
        if (this.element.querySelector('[data-import-ended]')) {
          window.location.reload(); // the lines, and what can be done next
          return;
        }
      }
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }
  }

  window.wagtail.app.register('import', Import);
})();
