/**
 * facts: what a recording's facts are, and how they are named and counted: stretches that are not
 * heard audio, events of the call, and technical notes. Pure. The pattern of each stretch is CSS:
 * fact_styles.ts, class "cause-<name>"; the sign of each moment is a drawing: event_signs.ts.
 */
import type { Fact, Leg } from './api.js';
import { text, type TextKey } from './language.js';

export type Lane = 'left' | 'right';

/* In the order of the legend, and from the bottom up where two overlap. */
const CAUSES = [
    'silent',
    'held',
    'paused',
    'masked',
    'concealed',
    'overlaid',
    'late',
    'lost',
    'undecodable',
    'unwritten',
    'unreadable',
    'unaccounted',
] as const;
export type Cause = (typeof CAUSES)[number] | 'other';

/* What the causes have in common, in the order of the legend. */
const GROUPS = {
    quiet: ['silent'],
    withheld: ['held', 'paused', 'masked'],
    concealed: ['concealed'],
    lost: ['overlaid', 'late', 'lost', 'unwritten', 'unreadable'],
    undecodable: ['undecodable'],
    unaccounted: ['unaccounted'],
    other: ['other'],
} as const satisfies Record<string, readonly Cause[]>;
export type Group = keyof typeof GROUPS;

/* Moments: those of the people in the call, and those that only a technician asks for. */
const PEOPLE = ['party_joined', 'party_left'] as const;
const TECHNICAL = [
    'codec_change',
    'ssrc_change',
    'stream_change',
    'stream_refused',
    'clock_corrected',
    'numbers_skipped',
    'dtmf',
    'deviation',
    'quality',
    'own_channels',
    'mixed_only',
    'controls_untold',
    'documents_dropped',
    'notes_dropped',
] as const;
export type Sign = (typeof PEOPLE)[number] | (typeof TECHNICAL)[number] | 'other';

/** "stretch": not heard as it was said. "people": who came and went. "technical": all else. */
export type Kind = 'stretch' | 'people' | 'technical';

/** All facts of one cause. */
export interface CauseTotal {
    cause: Cause;
    name: string;
    times: number;
    duration_ms: number; /* both lanes added up */
}

export function cause_of(fact: Fact): Cause {
    return CAUSES.find((cause) => cause === fact.cause) ?? 'other';
}

export function sign_of(fact: Fact): Sign {
    return [...PEOPLE, ...TECHNICAL].find((sign) => sign === fact.cause) ?? 'other';
}

/** What a fact is; one of a cause that is not known is a stretch where it has a length. */
export function kind_of(fact: Fact): Kind {
    if (PEOPLE.some((sign) => sign === fact.cause)) {
        return 'people';
    }
    if (sign_of(fact) !== 'other') {
        return 'technical';
    }
    return cause_of(fact) !== 'other' || fact.end_ms > fact.start_ms ? 'stretch' : 'technical';
}

/** Facts by their kind, each in the order in which they came. */
export function by_kind(facts: Fact[]): Record<Kind, Fact[]> {
    const kinds: Record<Kind, Fact[]> = { stretch: [], people: [], technical: [] };
    for (const fact of facts) {
        kinds[kind_of(fact)].push(fact);
    }
    return kinds;
}

/** The name of a fact's cause in the page's language; one that it does not know stands as sent. */
export function cause_text(fact: Fact): string {
    const cause = cause_of(fact);
    return cause === 'other' ? text('cause_other', { cause: fact.cause }) : text(`cause_${cause}`);
}

/** The lanes a fact is about: one, or both where it is about the whole call. */
export function lanes_of(fact: Fact, legs: Leg[]): Lane[] {
    const leg = fact.leg === null ? undefined : legs[fact.leg];
    return leg ? [leg.channel] : ['left', 'right'];
}

/** Where a cause stands in the legend, 0 first. */
export function depth_of(cause: Cause): number {
    return cause === 'other' ? CAUSES.length : CAUSES.indexOf(cause);
}

/** Count and add up stretches by cause, in the order of the legend. */
export function total_by_cause(facts: Fact[]): CauseTotal[] {
    const totals = new Map<string, CauseTotal>();
    for (const fact of facts) {
        const name = cause_text(fact);
        const total = totals.get(name) ?? { cause: cause_of(fact), name, times: 0, duration_ms: 0 };
        total.times += 1;
        total.duration_ms += fact.end_ms - fact.start_ms;
        totals.set(name, total);
    }
    return [...totals.values()].sort((one, other) => depth_of(one.cause) - depth_of(other.cause));
}

/** Totals by what their causes have in common, in the order of the legend; no group is empty. */
export function total_by_group(facts: Fact[]): { group: Group; totals: CauseTotal[] }[] {
    const totals = total_by_cause(facts);
    return (Object.keys(GROUPS) as Group[])
        .map((group) => {
            const causes: readonly Cause[] = GROUPS[group];
            return { group, totals: totals.filter(({ cause }) => causes.includes(cause)) };
        })
        .filter((one) => one.totals.length > 0);
}

/** Who joined or left, in short: "Anna Holm" of "Anna Holm <+4588303080>"; "" where not known. */
export function person_of(fact: Fact): string {
    const match = /^(.*\S)\s*<([^<>]*)>$/.exec(fact.detail);
    return match?.[1] ?? fact.detail;
}

/** What happened at a moment, in the page's language: "Anna Holm joined", "Codec changed". */
export function event_text(fact: Fact, who: string): string {
    const sign = sign_of(fact);
    if (sign === 'other') {
        return text('cause_other', { cause: fact.cause });
    }
    const key: TextKey = `event_${sign}`;
    return text(key, { who: who || text('event_somebody') });
}
