/**
 * parties: who is who in a call, as its customer sees it.
 */
import type { Direction, Party, Recording } from './api.js';
import { format_number } from './format.js';
import { text, type TextKey } from './language.js';

/** The other party of a call and one's own. Internal and unknown calls: the caller is "other". */
export function sides(recording: Recording): { other: Party; own: Party } {
    return recording.direction === 'out'
        ? { other: recording.called, own: recording.caller }
        : { other: recording.caller, own: recording.called };
}

/** A party's name, else its number, else "Unknown number". */
export function party_name(party: Party | null): string {
    if (party?.name) {
        return party.name;
    }
    return party?.number ? format_number(party.number) : text('unknown_party');
}

/** A party's number where it has a name too, else "": what stands beside party_name(). */
export function party_number(party: Party | null): string {
    return party?.name && party.number ? format_number(party.number) : '';
}

/** "Incoming", ... */
export function direction_text(direction: Direction): string {
    const keys: Record<Direction, TextKey> = {
        in: 'direction_in',
        out: 'direction_out',
        internal: 'direction_internal',
        unknown: 'direction_unknown',
    };
    return text(keys[direction] ?? 'direction_unknown');
}

/** "to 88 30 30 80" for what came in, "from 88 30 30 80" for what went out. */
export function own_text(recording: Recording): string {
    const { own } = sides(recording);
    const number = own.number ? format_number(own.number) : party_name(own);
    return text(recording.direction === 'out' ? 'from_number' : 'to_number', { number });
}
