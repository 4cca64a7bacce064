/**
 * route: what the page shows, kept in its address, so that reload, back and a sent link work.
 * ?number=88303080&from=2026-11-01&to=2026-11-22&id=...; days are local, and both included.
 */
import type { ListQuery } from './api.js';
import { day_start } from './format.js';

export interface Filter {
    number: string; /* as typed; "" for none */
    from: string; /* "2026-11-22" or "" */
    to: string;
}

export interface Route extends Filter {
    id: string; /* the open recording, "" for none */
}

export const NO_FILTER: Filter = { number: '', from: '', to: '' };

/** Read the address of the page. What is not a date is left out. */
export function read_route(search = location.search): Route {
    const parameters = new URLSearchParams(search);
    const date = (name: string) => {
        const value = parameters.get(name) ?? '';
        return day_start(value) ? value : '';
    };
    return {
        number: parameters.get('number') ?? '',
        from: date('from'),
        to: date('to'),
        id: parameters.get('id') ?? '',
    };
}

/** The address that shows a route. */
export function route_address(route: Route): string {
    const parameters = new URLSearchParams();
    for (const name of ['number', 'from', 'to', 'id'] as const) {
        if (route[name]) {
            parameters.set(name, route[name]);
        }
    }
    const search = parameters.toString();
    return search ? `/?${search}` : '/';
}

export function has_filter(filter: Filter): boolean {
    return Boolean(filter.number || filter.from || filter.to);
}

/**
 * The number as the API wants it: digits with one '*'. Signs that people write between digits go;
 * without a '*' the digits are an ending, since the stored number may have a country code more
 * than the person typed. null where it is no number.
 */
export function number_pattern(typed: string): string | null {
    const bare = typed.replace(/[\s()./+-]/g, '');
    if (!/^(\*\d+|\d+\*?)$/.test(bare)) {
        return null;
    }
    return bare.includes('*') ? bare : `*${bare}`;
}

/** The question to the API that a filter stands for. */
export function filter_query(filter: Filter): ListQuery {
    return {
        number: filter.number ? (number_pattern(filter.number) ?? undefined) : undefined,
        from: day_start(filter.from)?.toISOString(),
        to: day_start(filter.to, 1)?.toISOString(),
    };
}
