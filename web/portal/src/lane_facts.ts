/**
 * lane_facts: where facts are drawn on the two lanes: stretches as patterns, moments as marks.
 * Thousands become as many as an eye can tell apart. Pure.
 */
import type { Fact, Leg } from './api.js';
import {
    cause_of,
    depth_of,
    kind_of,
    lanes_of,
    person_of,
    sign_of,
    type Cause,
    type Lane,
    type Sign,
} from './facts.js';
import { format_number } from './format.js';

/** One stretch to draw on one lane; parts of the whole length, 0 to 1. */
export interface Stretch {
    lane: Lane;
    cause: Cause;
    start: number;
    length: number;
    mark: boolean; /* too short for the whole height of a lane: a mark on its edge */
}

/** One moment to draw. */
export interface Moment {
    lane: Lane | 'both';
    sign: Sign;
    at: number; /* part of the whole length, 0 to 1 */
    label: string; /* a few words, where there is room for them; may be "" */
}

/** The flag of a moment, in the rows below the lanes. */
export interface Flag {
    moment: Moment;
    row: number; /* from 0 */
    left_px: number;
    words: boolean; /* its label is shown */
}

/* Of a flag: without words, and more for each letter. */
const FLAG_PX = 24;
const LETTER_PX = 7.5;
const LETTERS_MAX = 26;
const FLAG_GAP_PX = 2;
export const FLAG_ROWS = 3;

/* Stretches nearer to each other than this part of the lane are drawn as one. */
const MERGE_GAP = 0.001;
/* Shorter ones than this part are marks, else a bad line would look like one long hole. */
const MARK_BELOW = 0.006;
/* Moments of one kind nearer than this part are drawn as one, without a label. */
const MOMENT_GAP = 0.008;

function clamp(part: number): number {
    return Math.min(1, Math.max(0, part));
}

function in_order(facts: Fact[]): Fact[] {
    return [...facts].sort((one, other) => one.start_ms - other.start_ms);
}

/** The stretches among the facts, as they are to be drawn. */
export function stretches(facts: Fact[], legs: Leg[], duration_ms: number): Stretch[] {
    const drawn: Stretch[] = [];
    const open = new Map<string, Stretch>();
    if (duration_ms <= 0) {
        return drawn;
    }
    for (const fact of in_order(facts.filter((one) => kind_of(one) === 'stretch'))) {
        const start = clamp(fact.start_ms / duration_ms);
        const end = clamp(fact.end_ms / duration_ms);
        const mark = end - start < MARK_BELOW;
        const cause = cause_of(fact);
        for (const lane of lanes_of(fact, legs)) {
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
    return drawn.sort((one, other) => depth_of(one.cause) - depth_of(other.cause));
}

function label_of(fact: Fact): string {
    switch (sign_of(fact)) {
        case 'party_joined':
        case 'party_left':
            return format_number(person_of(fact));
        case 'codec_change':
            return fact.detail.replace(' -> ', ' → ');
        case 'dtmf':
        case 'clock_corrected':
            return fact.detail;
        default:
            return '';
    }
}

/** The moments among the facts, from left to right. */
export function moments(facts: Fact[], legs: Leg[], duration_ms: number): Moment[] {
    const drawn: Moment[] = [];
    const newest = new Map<string, Moment>();
    if (duration_ms <= 0) {
        return drawn;
    }
    /* how a whole leg was heard is of no moment */
    const told = facts.filter((one) => kind_of(one) !== 'stretch' && sign_of(one) !== 'quality');
    for (const fact of in_order(told)) {
        const at = clamp(fact.start_ms / duration_ms);
        const [first, second] = lanes_of(fact, legs);
        const lane: Moment['lane'] = second ? 'both' : (first ?? 'both');
        const sign = sign_of(fact);
        const before = newest.get(`${lane} ${sign}`);
        if (before && at - before.at < MOMENT_GAP) {
            before.label = '';
            continue;
        }
        const moment: Moment = { lane, sign, at, label: label_of(fact) };
        newest.set(`${lane} ${sign}`, moment);
        drawn.push(moment);
    }
    return drawn;
}

/* Where a flag fits among those that have their places, with its words where there is room. */
function find_place(moment: Moment, placed: Flag[], ends: number[], width_px: number): Flag | null {
    const letters = moment.label.length;
    const widths = [FLAG_PX];
    if (letters > 0 && letters <= LETTERS_MAX) {
        widths.unshift(FLAG_PX + letters * LETTER_PX);
    }
    for (const flag_px of widths) {
        const left_px = Math.max(0, Math.min(moment.at * width_px, width_px - flag_px));
        const free = (row: number) =>
            !placed.some(
                (other, i) =>
                    other.row === row &&
                    other.left_px < left_px + flag_px + FLAG_GAP_PX &&
                    left_px < (ends[i] ?? 0) + FLAG_GAP_PX,
            );
        for (let row = 0; row < FLAG_ROWS; row++) {
            if (free(row)) {
                ends.push(left_px + flag_px);
                return { moment, row, left_px, words: flag_px > FLAG_PX };
            }
        }
    }
    return null;
}

/**
 * Flags that do not overlap, for lanes of that width: people's first. A moment for which there is
 * no room in FLAG_ROWS has none; its line is on its lane, and it is in the list below.
 */
export function flags(drawn: Moment[], width_px: number): Flag[] {
    const is_person = ({ sign }: Moment) => sign === 'party_joined' || sign === 'party_left';
    const first = drawn.filter(is_person);
    const then = drawn.filter((moment) => !is_person(moment));
    const placed: Flag[] = [];
    const ends: number[] = [];
    if (width_px <= 0) {
        return placed;
    }
    for (const moment of [...first, ...then]) {
        const flag = find_place(moment, placed, ends, width_px);
        if (flag) {
            placed.push(flag);
        }
    }
    return placed;
}
