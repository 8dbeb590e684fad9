import { describe, expect, it } from 'vitest';
import {
  ageRules,
  canonicalStatus,
  healthLevels,
  serviceLevel,
  severityOf,
  severityTable,
  worst,
} from '../../shared/health/severity.ts';

describe('the severity of a status', () => {
  it.each([
    ['serviceOperational', 'incident', 'healthy'],
    ['serviceRestored', 'incident', 'healthy'],
    ['falsePositive', 'incident', 'healthy'],
    ['postIncidentReviewPublished', 'incident', 'healthy'],
    ['mitigatedExternal', 'incident', 'healthy'],
    ['investigating', 'incident', 'degraded'],
    ['investigating', 'advisory', 'advisory'],
    ['verifyingService', 'incident', 'advisory'],
    ['serviceDegradation', 'incident', 'degraded'],
    ['serviceDegradation', 'advisory', 'advisory'],
    ['serviceInterruption', 'incident', 'down'],
    ['serviceInterruption', 'advisory', 'advisory'],
    ['ServiceInterruption', 'incident', 'down'],
    ['somethingNew', 'incident', 'unknown'],
    ['unknownFutureValue', 'advisory', 'unknown'],
    ['', 'incident', 'unknown'],
  ] as const)('of %s as %s is %s', (status, classification, level) => {
    expect(severityOf(status, classification)).toBe(level);
  });

  it('never turns red for an advisory', () => {
    const levels = Object.keys(severityTable).map((status) => severityOf(status, 'advisory'));
    expect(new Set(levels)).toEqual(new Set(['healthy', 'advisory']));
  });

  it('is written in Microsoft’s live spelling, and an unknown one as it came', () => {
    expect(canonicalStatus('ServiceRestored')).toBe('serviceRestored');
    expect(canonicalStatus('BrandNew')).toBe('BrandNew');
  });
});

describe('the severity of an issue that Microsoft is silent about', () => {
  const hours = (count: number) => count * 3_600_000;

  it.each([
    ['serviceInterruption', 23, 'down'],
    ['serviceInterruption', 24, 'degraded'],
    ['serviceInterruption', 7 * 24, 'advisory'],
    ['serviceDegradation', 7 * 24 - 1, 'degraded'],
    ['serviceDegradation', 7 * 24, 'advisory'],
    ['investigating', 7 * 24, 'advisory'],
    ['restoringService', 47, 'degraded'],
    ['restoringService', 48, 'advisory'],
    ['extendedRecovery', 23, 'degraded'],
    ['ExtendedRecovery', 24, 'advisory'],
    ['investigationSuspended', 0, 'advisory'],
    ['investigationSuspended', 90 * 24, 'advisory'],
    ['serviceRestored', 0, 'healthy'],
    ['brandNew', 90 * 24, 'unknown'],
  ] as const)('is, of %s after %i hours, %s', (status, silent, level) => {
    expect(severityOf(status, 'incident', hours(silent))).toBe(level);
  });

  const ages = [0, 1, 24, 48, 7 * 24, 365 * 24].map(hours);
  const every = Object.keys(severityTable).flatMap((status) =>
    (['incident', 'advisory'] as const).map((classification) => ({ status, classification })),
  );

  it.each(every)('only ever weakens, and never to healthy: $status, $classification', ({ status, classification }) => {
    const levels = ages.map((age) => severityOf(status, classification, age));
    const ranks = levels.map((level) => ['healthy', 'advisory', 'degraded', 'down'].indexOf(level));
    expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
    expect(levels.at(-1) === 'healthy').toBe(levels[0] === 'healthy');
  });

  it('stays unknown where it is', () => {
    expect(new Set(ages.map((age) => severityOf('brandNew', 'incident', age)))).toEqual(new Set(['unknown']));
  });

  it('has a reason for each of its rules', () => {
    for (const { level, to, why } of ageRules) {
      expect(healthLevels.indexOf(to)).toBeLessThan(healthLevels.indexOf(level));
      expect(why).not.toBe('');
    }
  });

  it('weakens a service whose overview says no more than that issue', () => {
    const issue = { status: 'serviceDegradation', classification: 'incident' } as const;
    expect(serviceLevel('serviceDegradation', [{ ...issue, silentMs: hours(8 * 24) }])).toBe('advisory');
    expect(serviceLevel('serviceDegradation', [{ ...issue, silentMs: hours(1) }])).toBe('degraded');
    expect(serviceLevel('serviceInterruption', [{ ...issue, silentMs: hours(8 * 24) }])).toBe('down');
  });

  it('does not put an overview beside a silent incident down to an advisory', () => {
    const silent = { status: 'serviceDegradation', classification: 'incident', silentMs: hours(8 * 24) } as const;
    const advisory = { status: 'serviceInterruption', classification: 'advisory' } as const;
    expect(serviceLevel('serviceInterruption', [silent, advisory])).toBe('down');
  });
});

describe('the level of a service', () => {
  const advisory = { status: 'serviceDegradation', classification: 'advisory' } as const;
  const incident = { status: 'serviceDegradation', classification: 'incident' } as const;

  it('is advisory where all its open issues are and the overview says no worse than they', () => {
    expect(serviceLevel('serviceDegradation', [advisory])).toBe('advisory');
  });

  it.each([
    ['serviceInterruption', 'serviceDegradation', 'down'],
    ['serviceDegradation', 'verifyingService', 'degraded'],
    ['somethingNew', 'serviceDegradation', 'unknown'],
    ['serviceInterruption', 'serviceInterruption', 'advisory'],
    ['ServiceInterruption', 'serviceInterruption', 'advisory'],
    ['investigating', 'serviceDegradation', 'advisory'],
    ['serviceOperational', 'serviceDegradation', 'advisory'],
    ['somethingNew', 'somethingNew', 'unknown'],
  ] as const)('of an overview %s with an advisory %s is %s', (overview, status, level) => {
    expect(serviceLevel(overview, [{ status, classification: 'advisory' }])).toBe(level);
  });

  it('is explained by the worst of several advisories', () => {
    const worse = { status: 'serviceInterruption', classification: 'advisory' } as const;
    expect(serviceLevel('serviceInterruption', [advisory, worse])).toBe('advisory');
  });

  it('is the worse of the overview and its issues where an incident is among them', () => {
    expect(serviceLevel('serviceInterruption', [advisory, incident])).toBe('down');
    expect(serviceLevel('serviceOperational', [incident])).toBe('degraded');
  });

  it('is the overview’s where no issue is known', () => {
    expect(serviceLevel('serviceDegradation', [])).toBe('degraded');
    expect(serviceLevel('serviceOperational', [])).toBe('healthy');
    expect(serviceLevel('neverHeardOf', [])).toBe('unknown');
  });

  it('lets nothing better hide what is unknown', () => {
    expect(worst(['healthy', 'unknown', 'advisory'])).toBe('unknown');
    expect(worst(['unknown', 'down', 'degraded'])).toBe('down');
    expect(worst([])).toBe('healthy');
  });
});
