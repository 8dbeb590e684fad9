import {
  calledThePartners,
  labelled,
  languages,
  measured,
  ours,
  precisionOf,
  recallOf,
} from '../../test/requests/labelled/labelled.ts';

const ratio = (part: number, whole: number): string =>
  `${(part / whole).toFixed(3)} (${String(part)}/${String(whole)})`;

/** How well requests are matched with live incidents, on the labelled set. */
export function benchTriage(): void {
  console.log('\nrequests matched with live incidents, labelled set (held: kept aside)');
  for (const part of ['tune', 'held'] as const) {
    for (const language of languages) {
      const cases = labelled.filter((one) => one.part === part && one.language === language);
      const figures = measured(cases, ours);
      const [precision, recall] = [precisionOf(figures).toFixed(3), recallOf(figures).toFixed(3)];
      const of = `${String(figures.right)} right of ${String(figures.shown)} shown, ${String(figures.wanted)} to find`;
      console.log(
        `${part} ${language}   precision ${precision}   recall ${recall}   (${of}, ${String(figures.requests)} requests)`,
      );
    }
    const { faults, partners } = calledThePartners(labelled.filter((one) => one.part === part));
    console.log(`${part}      Microsoft's faults called the partner's   ${ratio(partners.length, faults)}`);
  }
}
