/**
 * format: dates, times, lengths and phone numbers as people read them, by Intl, in the page's
 * language and the browser's time zone. Pure but for the language and, for "today", the clock.
 */
import { language, text } from './language.js';

const DAY_MS = 86_400_000;

/** The local calendar day as "2026-11-22"; also what date inputs and the URL hold. */
export function day_key(date: Date): string {
    const month = String(date.getMonth() + 1).padStart(2, '0');
    const day = String(date.getDate()).padStart(2, '0');
    return `${date.getFullYear()}-${month}-${day}`;
}

/** Local midnight at which a "2026-11-22" begins, moved by whole days; null if it is no date. */
export function day_start(key: string, days = 0): Date | null {
    const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(key);
    if (!match) {
        return null;
    }
    const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
    const date = new Date(year, month - 1, day);
    if (day_key(date) !== key) {
        return null; /* the 31st of a month that has none */
    }
    date.setDate(day + days);
    return date;
}

function capitalized(word: string): string {
    return word.charAt(0).toLocaleUpperCase(language.locale) + word.slice(1);
}

/** "Today", "Yesterday", "Friday 20 November", with the year where it is not this one. */
export function format_day(date: Date, now = new Date()): string {
    const midnight = (of: Date) => new Date(of.getFullYear(), of.getMonth(), of.getDate());
    const days = Math.round((midnight(date).getTime() - midnight(now).getTime()) / DAY_MS);
    if (days === 0 || days === -1) {
        const relative = new Intl.RelativeTimeFormat(language.locale, { numeric: 'auto' });
        return capitalized(relative.format(days, 'day'));
    }
    const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
    const options: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' };
    const format = new Intl.DateTimeFormat(language.locale, year ? { ...options, year } : options);
    return capitalized(format.format(date));
}

/** "14.05" or "14:05". */
export function format_time(date: Date): string {
    return date.toLocaleTimeString(language.locale, { hour: '2-digit', minute: '2-digit' });
}

/** "14:05", with its day, "20 Nov, 14:05", where that is not the other's. */
export function format_moment(date: Date, other: Date): string {
    if (day_key(date) === day_key(other)) {
        return format_time(date);
    }
    return date.toLocaleString(language.locale, {
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
    });
}

/** "22 November 2026, 14:05:09–14:07:12", the end only where there is one. */
export function format_span(start: Date, end: Date | null): string {
    const format = new Intl.DateTimeFormat(language.locale, {
        dateStyle: 'long',
        timeStyle: 'medium',
    });
    return end ? format.formatRange(start, end) : format.format(start);
}

/** A position or a length on a clock: "3:45", "1:02:03". Milliseconds are cut off. */
export function format_clock(duration_ms: number): string {
    const seconds = Math.max(0, Math.floor(duration_ms / 1000));
    const two = (value: number) => String(value).padStart(2, '0');
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) {
        return `${minutes}:${two(seconds % 60)}`;
    }
    return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

function unit(value: number, name: string, digits: number, display: 'short' | 'long'): string {
    return new Intl.NumberFormat(language.locale, {
        style: 'unit',
        unit: name,
        unitDisplay: display,
        maximumFractionDigits: digits,
    }).format(value);
}

/** A length in words: "3 min 45 sec"; tenths below ten seconds, milliseconds below a tenth. */
export function format_duration(duration_ms: number, display: 'short' | 'long' = 'short'): string {
    if (duration_ms < 100) {
        return unit(Math.round(duration_ms), 'millisecond', 0, display);
    }
    if (duration_ms < 9950) {
        return unit(duration_ms / 1000, 'second', 1, display);
    }
    const seconds = Math.round(duration_ms / 1000);
    const parts: [number, string][] = [
        [Math.floor(seconds / 3600), 'hour'],
        [Math.floor(seconds / 60) % 60, 'minute'],
        [seconds % 60, 'second'],
    ];
    return parts
        .filter(([value]) => value > 0)
        .map(([value, name]) => unit(value, name, 0, display))
        .join(' ');
}

/** A count with the language's grouping. */
export function format_count(value: number): string {
    return new Intl.NumberFormat(language.locale).format(value);
}

/** A number with so many digits behind the point: "4.40". */
export function format_decimal(value: number, digits: number): string {
    return new Intl.NumberFormat(language.locale, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
    }).format(value);
}

/** A share in whole percent: "41%". */
export function format_share(share: number): string {
    return new Intl.NumberFormat(language.locale, { style: 'percent' }).format(share);
}

/** Microseconds as milliseconds with tenths: "1.2 ms". */
export function format_jitter(jitter_us: number): string {
    return unit(jitter_us / 1000, 'millisecond', 1, 'short');
}

/** Danish numbers in pairs that stay on one line, "+45 88 30 30 80"; all others as they came. */
export function format_number(number: string): string {
    const match = /^(\+45|0045)?(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(number);
    if (!match) {
        return number;
    }
    const [, country, ...pairs] = match;
    return [country, ...pairs].filter(Boolean).join('\u00a0');
}

/** "1 packet", "12 packets". */
export function format_packets(count: number): string {
    return count === 1
        ? text('fact_packets_one')
        : text('fact_packets_many', { count: format_count(count) });
}
