/**
 * call_list_styles: the look of <recorder-list>.
 */
import { css } from 'lit';

export const list_styles = css`
    :host {
        display: grid;
        gap: 0.75rem;
        align-content: start;
    }
    .bar {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem;
        padding-left: 0.25rem;
    }
    h2 {
        padding: 0.35rem 0.25rem 0.4rem;
        color: var(--muted);
        font-size: 0.875rem;
        font-weight: 600;
    }
    ul {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        overflow: hidden;
    }
    li + li {
        border-top: 1px solid var(--line);
    }
    .call {
        display: grid;
        grid-template-areas:
            'mark who time'
            'mark line length'
            'mark badge badge';
        grid-template-columns: 2.25rem minmax(0, 1fr) auto;
        gap: 0 0.75rem;
        align-items: baseline;
        padding: 0.7rem 0.9rem;
        color: inherit;
        text-decoration: none;
    }
    .call:hover {
        background: var(--sunken);
    }
    .call:focus-visible {
        outline-offset: -3px;
    }
    li:first-child .call {
        border-radius: 11px 11px 0 0;
    }
    li:last-child .call {
        border-radius: 0 0 11px 11px;
    }
    li:only-child .call {
        border-radius: 11px;
    }
    .call[aria-current='true'] {
        background: var(--accent-soft);
        box-shadow: inset 4px 0 0 var(--accent);
    }
    /* Parts of one conversation: a line from sign to sign, through the border between the rows. */
    li {
        position: relative;
    }
    .joined-above .call::before,
    .joined-below .call::after {
        content: '';
        position: absolute;
        left: calc(0.9rem + 1.125rem - 1px);
        width: 2px;
        background: var(--accent);
        pointer-events: none;
    }
    .joined-above .call::before {
        top: -1px;
        height: calc(0.85rem + 1px);
    }
    .joined-below .call::after {
        top: 3.1rem;
        bottom: 0;
    }
    li.joined-above {
        border-top-color: transparent;
    }
    .part {
        color: var(--accent);
        font-weight: 500;
        white-space: nowrap;
    }
    .mark {
        grid-area: mark;
        align-self: start;
        display: grid;
        place-items: center;
        width: 2.25rem;
        height: 2.25rem;
        margin-top: 0.15rem;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--accent);
    }
    .out .mark {
        background: var(--called-lane);
        color: var(--called);
    }
    .call[aria-current='true'] .mark {
        background: var(--surface);
    }
    .mark .icon {
        width: 1.15rem;
        height: 1.15rem;
    }
    .who {
        grid-area: who;
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.5rem;
        min-width: 0;
        overflow-wrap: anywhere;
    }
    .name {
        font-weight: 600;
    }
    .number,
    .time,
    .length,
    .line {
        font-variant-numeric: tabular-nums;
    }
    .number {
        color: var(--muted);
        font-size: 0.875rem;
        white-space: nowrap;
    }
    .time {
        grid-area: time;
        justify-self: end;
    }
    .line {
        grid-area: line;
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.6rem;
    }
    .length {
        grid-area: length;
        justify-self: end;
    }
    .line,
    .length {
        color: var(--muted);
        font-size: 0.875rem;
    }
    .call .badge {
        grid-area: badge;
        justify-self: start;
        margin-top: 0.3rem;
    }
    .empty {
        display: grid;
        justify-items: center;
        gap: 0.25rem;
        padding: 2.5rem 1.5rem;
        border: 1px dashed var(--line-strong);
        border-radius: var(--radius);
        color: var(--muted);
        text-align: center;
    }
    .empty .icon {
        width: 2rem;
        height: 2rem;
        margin-bottom: 0.4rem;
    }
    .empty-title {
        color: var(--text);
        font-weight: 600;
    }
    .notice .button {
        margin-top: 0.6rem;
    }
    .more {
        width: 100%;
    }
    .end {
        text-align: center;
    }
    .waiting {
        display: grid;
        gap: 1px;
        border-radius: var(--radius);
        overflow: hidden;
    }
    .waiting div {
        height: 4.1rem;
        background: var(--surface);
        opacity: 0.7;
    }
`;
