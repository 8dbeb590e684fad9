import { describe, expect, it } from 'vitest';
import { canonicalStatus, serviceLevel, severityOf, severityTable, worst } from '../../shared/health/severity.ts';

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
