/**
 * parties: who is who in a call, as its customer sees it.
 */
import type { Direction, Leg, Party, Recording } from './api.js';
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

function is_known(party: Party | null): party is Party {
    return Boolean(party && (party.name || party.number));
}

function is_same(one: Party, other: Party): boolean {
    return one.number && other.number ? one.number === other.number : one.name === other.name;
}

/**
 * Everybody who is heard in a channel: the caller or the called party, then those of its other
 * legs, each once. At least one, which may be unknown.
 */
export function channel_parties(recording: Recording, channel: Leg['channel']): Party[] {
    const main = channel === 'left' ? recording.caller : recording.called;
    const legs = (recording.legs ?? []).filter((leg) => leg.channel === channel);
    const parties = is_known(main) ? [main] : [];
    for (const { party } of legs) {
        if (is_known(party) && !parties.some((one) => is_same(one, party))) {
            parties.push(party);
        }
    }
    return parties.length > 0 ? parties : [main];
}

/** Who is heard in a leg: its own party, else the channel's. */
export function leg_name(recording: Recording, leg: Leg): string {
    const main = leg.channel === 'left' ? recording.caller : recording.called;
    return party_name(is_known(leg.party) ? leg.party : main);
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
