/**
 * lanes_styles: the look of <recorder-lanes>.
 */
import { css } from 'lit';

export const lanes_styles = css`
    :host {
        display: grid;
        grid-template-areas: 'caller' 'board' 'flags' 'ruler' 'called';
        grid-template-columns: minmax(0, 1fr);
        gap: 0.4rem 1rem;
        container-type: inline-size;
    }
    .parties,
    .party {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.5rem;
        min-width: 0;
    }
    .parties {
        column-gap: 1.1rem;
        padding-left: 0.7rem;
        border-left: 4px solid var(--caller);
        font-size: 0.9375rem;
        overflow-wrap: anywhere;
    }
    .parties.caller {
        grid-area: caller;
    }
    .parties.called {
        grid-area: called;
        border-color: var(--called);
    }
    .role {
        color: var(--caller);
        font-size: 0.8125rem;
        font-weight: 600;
    }
    .called .role {
        color: var(--called);
    }
    .name {
        font-weight: 600;
    }
    .number {
        color: var(--muted);
        font-variant-numeric: tabular-nums;
    }
    .board {
        grid-area: board;
        position: relative;
        height: 168px;
        border-radius: 8px;
        cursor: pointer;
        touch-action: pan-y;
    }
    .lane {
        position: absolute;
        inset: 0 0 50% 0;
        border-radius: 8px 8px 0 0;
        background: var(--caller-lane);
    }
    .lane.right {
        inset: 50% 0 0 0;
        border-radius: 0 0 8px 8px;
        border-top: 2px solid var(--surface);
        background: var(--called-lane);
    }
    .facts {
        position: absolute;
        inset: 0;
        overflow: hidden;
        border-radius: 8px;
        pointer-events: none;
    }
    .facts .cause {
        position: absolute;
        min-width: 4px;
        top: 5px;
        height: 74px;
    }
    .facts .right {
        top: 90px;
    }
    .facts .mark {
        top: 70px;
        height: 12px;
    }
    .facts .mark.right {
        top: 154px;
    }
    .note {
        position: absolute;
        inset: 50% 1rem auto;
        z-index: 1;
        width: fit-content;
        margin-inline: auto;
        padding: 0.35rem 0.9rem;
        translate: 0 -50%;
        border-radius: 8px;
        background: var(--surface);
        color: var(--muted);
        font-size: 0.875rem;
        text-align: center;
        pointer-events: none;
    }
    .wave {
        position: relative;
    }
    .moments {
        position: absolute;
        inset: 0;
        overflow: hidden;
        border-radius: 8px;
        pointer-events: none;
    }
    .moment {
        position: absolute;
        top: 0;
        height: 83px;
        border-left: 1.5px dashed var(--text);
    }
    .moment.right {
        top: 85px;
    }
    .moment.both {
        height: 168px;
    }
    .flags {
        grid-area: flags;
        position: relative;
    }
    .flag {
        position: absolute;
        display: flex;
        align-items: center;
        gap: 0.2rem;
        height: 1.35rem;
        padding-inline: 0.2rem;
        border-left: 2px solid var(--muted);
        border-radius: 0 4px 4px 0;
        background: var(--sunken);
        font-size: 0.75rem;
        line-height: 1;
        white-space: nowrap;
    }
    .flag.left {
        border-color: var(--caller);
        background: var(--caller-lane);
    }
    .flag.right {
        border-color: var(--called);
        background: var(--called-lane);
    }
    .sign {
        flex: none;
    }
    .ruler {
        grid-area: ruler;
        position: relative;
        height: 1.3rem;
        overflow: hidden;
        color: var(--muted);
        font-size: 0.75rem;
        font-variant-numeric: tabular-nums;
    }
    .tick {
        position: absolute;
        padding-left: 0.25rem;
        border-left: 1px solid var(--line-strong);
        line-height: 1.2;
    }
`;
