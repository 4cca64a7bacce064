/**
 * problems: what a failed request means, in the words of the person who meets it.
 */
import { ApiProblem } from './api.js';
import { format_duration } from './format.js';
import { text, type TextKey } from './language.js';

/** "8 seconds". */
export function wait_text(seconds: number): string {
    return format_duration(Math.max(1, seconds) * 1000, 'long');
}

/* Kinds that say more than their status does. */
const BY_KIND: [string, TextKey][] = [
    ['recording-damaged', 'problem_damaged'],
    ['recording-key-gone', 'problem_key_gone'],
    ['master-key-replaced', 'problem_keys_changed'],
    ['no-audio', 'note_failed'],
    ['recording-not-in-progress', 'problem_call_over'],
    ['not-taken', 'problem_not_taken'],
    ['not-confirmed', 'problem_not_confirmed'],
];

/** One or two sentences for any failure. */
export function explain(cause: unknown): string {
    if (!(cause instanceof ApiProblem)) {
        return text('problem_server');
    }
    const kind = BY_KIND.find(([name]) => cause.is(name));
    if (kind) {
        return text(kind[1]);
    }
    switch (cause.status) {
        case 0:
            return text('problem_network');
        case 401:
            return text('signed_out_idle');
        case 403:
            return text('problem_forbidden');
        case 404:
        case 410:
            return text('problem_not_found');
        case 409:
            return text('note_recording');
        case 429:
            return text('problem_wait', { seconds: wait_text(cause.retry_after_s) });
        case 503:
            return text('problem_busy');
        default:
            return text(cause.status < 500 ? 'problem_request' : 'problem_server');
    }
}

/** True where the session is over, and signing in again is the remedy. */
export function is_signed_out(cause: unknown): boolean {
    return cause instanceof ApiProblem && cause.status === 401;
}
