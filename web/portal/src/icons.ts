/**
 * icons: small line drawings, for use beside words, never instead of them (hidden from readers).
 */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Direction } from './api.js';

function icon(content: SVGTemplateResult): TemplateResult {
    return html`<svg
        class="icon"
        viewBox="0 0 24 24"
        width="20"
        height="20"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
        stroke-linejoin="round"
        aria-hidden="true"
        focusable="false"
    >
        ${content}
    </svg>`;
}

const logo_bars = svg`<path d="M5 10v4M10 6v12M15 9v6M20 4v16" stroke-width="2.6" />`;
const arrow_in = svg`<path d="M18 6 7 17M7 8v9h9" />`;
const arrow_out = svg`<path d="M6 18 17 7M8 7h9v9" />`;
const arrow_both = svg`<path d="M4 9h14l-4-4M20 15H6l4 4" />`;
const handset = svg`<path d="M6.5 4h3l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5v3a2 2 0 0 1-2.2
    2A16.5 16.5 0 0 1 4.5 6.2 2 2 0 0 1 6.5 4z" />`;

export function direction_icon(direction: Direction): TemplateResult {
    const drawings: Record<Direction, SVGTemplateResult> = {
        in: arrow_in,
        out: arrow_out,
        internal: arrow_both,
        unknown: handset,
    };
    return icon(drawings[direction] ?? handset);
}

export const logo_icon = () => icon(logo_bars);
export const handset_icon = () => icon(handset);
export const play_icon = () => icon(svg`<path d="M8 5.5v13l10.5-6.5z" fill="currentColor" />`);
export const pause_icon = () => icon(svg`<path d="M8.5 6v12M15.5 6v12" stroke-width="3.4" />`);
export const record_icon = () => icon(svg`<circle cx="12" cy="12" r="6" fill="currentColor" />`);
export const next_icon = () =>
    icon(svg`<path d="M6 5.5v13l9-6.5z" fill="currentColor" /><path d="M18.5 6v12" />`);
export const close_icon = () => icon(svg`<path d="M6 6l12 12M18 6 6 18" />`);
export const back_icon = () => icon(svg`<path d="M14.5 5.5 8 12l6.5 6.5" />`);
export const reload_icon = () =>
    icon(svg`<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4L20 9M20 4v5h-5" />`);
export const download_icon = () => icon(svg`<path d="M12 4v11M7 10.5l5 5 5-5M5 20h14" />`);
export const notice_icon = () =>
    icon(svg`<circle cx="12" cy="12" r="8.5" /><path d="M12 8v5M12 16.2v.1" />`);
export const search_icon = () =>
    icon(svg`<circle cx="10.5" cy="10.5" r="6" /><path d="M15 15l5 5" />`);
