// Narrows a list of boxes to those whose label has every word that is typed, accents and capitals aside.
(() => {
  const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

  class FilteredChoices extends window.StimulusModule.Controller {
    static targets = ['search', 'choice'];

    connect() {
      this.searchTarget.hidden = this.choiceTargets.length < 8;
    }

    narrow() {
      const words = plain(this.searchTarget.value).split(/\s+/);
      for (const choice of this.choiceTargets) {
        const label = plain(choice.textContent);
        choice.hidden = !words.every((word) => label.includes(word));
      }
    }

    stay(event) {
      event.preventDefault(); // Enter would send the form
    }
  }

  window.wagtail.app.register('filtered-choices', FilteredChoices);
})();
