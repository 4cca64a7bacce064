/**
 * facts: the stretches of a recording that are not heard audio; how they are named, counted and
 * drawn. Pure. The pattern of each cause is CSS: fact_styles.ts, class "cause-<name>".
 */
import type { Fact, Leg } from './api.js';
import { text } from './language.js';

export type Lane = 'left' | 'right';

/* In the order of the legend, and from the bottom up where two overlap. */
const CAUSES = ['silent', 'held', 'paused', 'masked', 'late', 'lost', 'unwritten'] as const;
export type Cause = (typeof CAUSES)[number] | 'other';

/** One stretch to draw on one lane; parts of the whole length, 0 to 1. */
export interface Stretch {
    lane: Lane;
    cause: Cause;
    start: number;
    length: number;
    mark: boolean; /* too short for the whole height of a lane: a mark on its edge */
}

/** All facts of one cause. */
export interface CauseTotal {
    cause: Cause;
    name: string;
    times: number;
    duration_ms: number; /* both lanes added up */
}

/* Stretches nearer to each other than this part of the lane are drawn as one. */
const MERGE_GAP = 0.001;
/* Shorter ones than this part are marks, else a bad line would look like one long hole. */
const MARK_BELOW = 0.006;

export function cause_of(fact: Fact): Cause {
    return CAUSES.find((cause) => cause === fact.cause) ?? 'other';
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

/** Count and add up by cause, in the order of the legend. */
export function total_by_cause(facts: Fact[]): CauseTotal[] {
    const totals = new Map<string, CauseTotal>();
    for (const fact of facts) {
        const name = cause_text(fact);
        const total = totals.get(name) ?? { cause: cause_of(fact), name, times: 0, duration_ms: 0 };
        total.times += 1;
        total.duration_ms += fact.end_ms - fact.start_ms;
        totals.set(name, total);
    }
    const place = (total: CauseTotal) =>
        total.cause === 'other' ? CAUSES.length : CAUSES.indexOf(total.cause);
    return [...totals.values()].sort((first, second) => place(first) - place(second));
}

function clamp(part: number): number {
    return Math.min(1, Math.max(0, part));
}

/** What to draw: thousands of short losses become as many stretches as an eye can tell apart. */
export function stretches(facts: Fact[], legs: Leg[], duration_ms: number): Stretch[] {
    const drawn: Stretch[] = [];
    const open = new Map<string, Stretch>();
    if (duration_ms <= 0) {
        return drawn;
    }
    const ordered = [...facts].sort((first, second) => first.start_ms - second.start_ms);
    for (const fact of ordered) {
        const start = clamp(fact.start_ms / duration_ms);
        const end = clamp(fact.end_ms / duration_ms);
        const mark = end - start < MARK_BELOW;
        for (const lane of lanes_of(fact, legs)) {
            const cause = cause_of(fact);
            const kind = `${lane} ${cause} ${mark}`;
            const before = open.get(kind);
            if (before && start - (before.start + before.length) < MERGE_GAP) {
                before.length = Math.max(before.length, end - before.start);
                continue;
            }
            const stretch = { lane, cause, start, length: end - start, mark };
            open.set(kind, stretch);
            drawn.push(stretch);
        }
    }
    const depth = (stretch: Stretch) =>
        stretch.cause === 'other' ? CAUSES.length : CAUSES.indexOf(stretch.cause);
    return drawn.sort((first, second) => depth(first) - depth(second));
}
