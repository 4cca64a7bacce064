/**
 * <recorder-list>: the calls, newest first, under the day they were made; more by cursor.
 *
 * `filter` says which; a new one starts anew. `selected` is the id of the open call. Fires "open"
 * (detail: id), and "session-over" where the server wants a new sign-in. Rows are links that
 * carry the route, so that they open in a tab of their own too.
 */
import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { is_abort, list_recordings, type Recording } from './api.js';
import { list_styles } from './call_list_styles.js';
import { day_key, format_clock, format_count, format_day, format_time } from './format.js';
import { direction_icon, handset_icon, notice_icon, reload_icon } from './icons.js';
import { LanguageController, text } from './language.js';
import { direction_text, own_text, party_name, party_number, sides } from './parties.js';
import { explain, is_signed_out } from './problems.js';
import { NO_FILTER, filter_query, has_filter, route_address, type Filter } from './route.js';
import { shared_styles } from './styles.js';

interface Day {
    key: string;
    date: Date;
    calls: Recording[];
}

/* Calls come newest first, so those of one day stand together. */
function by_day(recordings: Recording[]): Day[] {
    const days: Day[] = [];
    for (const recording of recordings) {
        const date = new Date(recording.started_at);
        const key = day_key(date);
        const last = days.at(-1);
        if (last?.key === key) {
            last.calls.push(recording);
        } else {
            days.push({ key, date, calls: [recording] });
        }
    }
    return days;
}

/* Whether two rows that stand together are parts of one conversation. */
function is_joined(one: Recording | undefined, other: Recording | undefined): boolean {
    return Boolean(one && other && one.conversation_id === other.conversation_id);
}

@customElement('recorder-list')
export class CallList extends LitElement {
    @property({ attribute: false }) filter: Filter = NO_FILTER;
    @property({ attribute: false }) selected = '';

    @state() private recordings: Recording[] = [];
    @state() private next: string | null = null;
    @state() private busy = false;
    @state() private settled = false; /* an answer has come since the filter changed */
    @state() private problem: unknown = null;
    @state() private failed_cursor: string | null = null; /* of the page that problem is about */

    private aborter = new AbortController();

    constructor() {
        super();
        new LanguageController(this);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.aborter.abort();
    }

    override willUpdate(changed: PropertyValues<this>): void {
        if (changed.has('filter')) {
            this.recordings = [];
            this.settled = false;
            void this.fetch_page(null);
        }
    }

    /** Put the focus on the row of a call, where it is shown. */
    focus_row(id: string): void {
        this.renderRoot.querySelector<HTMLElement>(`a[data-id="${CSS.escape(id)}"]`)?.focus();
    }

    private async fetch_page(cursor: string | null): Promise<void> {
        this.aborter.abort();
        this.aborter = new AbortController();
        const { signal } = this.aborter;
        this.busy = true;
        this.problem = null;
        try {
            const query = { ...filter_query(this.filter), cursor: cursor ?? undefined };
            const page = await list_recordings(query, signal);
            this.recordings = cursor ? [...this.recordings, ...page.recordings] : page.recordings;
            this.next = page.next;
        } catch (cause) {
            if (is_abort(cause)) {
                return; /* a newer request has taken over */
            }
            this.problem = cause;
            this.failed_cursor = cursor;
            if (is_signed_out(cause)) {
                this.dispatchEvent(new Event('session-over'));
            }
        }
        this.busy = false;
        this.settled = true;
    }

    private reload(): void {
        void this.fetch_page(null);
    }

    private retry(): void {
        void (this.failed_cursor ? this.load_more() : this.fetch_page(null));
    }

    /* The row that comes next gets the focus, so that a keyboard stays where it was. */
    private async load_more(): Promise<void> {
        const known = this.recordings.length;
        await this.fetch_page(this.next);
        await this.updateComplete;
        const first_new = this.recordings[known];
        if (first_new) {
            this.focus_row(first_new.id);
        }
    }

    private open(event: MouseEvent, id: string): void {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
            return; /* the browser's own: a new tab or window */
        }
        event.preventDefault();
        this.dispatchEvent(new CustomEvent('open', { detail: id }));
    }

    /* "Part 2 of 3" where it is a part. */
    private render_part({ conversation_part, conversation_size = 1 }: Recording) {
        if (conversation_size < 2) {
            return nothing;
        }
        const places = { part: conversation_part ?? '?', size: conversation_size };
        return html`<span class="part">${text('part_of', places)}</span>`;
    }

    private render_row(recording: Recording, joined: string) {
        const { other } = sides(recording);
        const number = party_number(other);
        const ended = recording.state !== 'recording';
        return html`<li class=${joined}>
            <a
                class="call ${recording.direction}"
                href=${route_address({ ...this.filter, id: recording.id })}
                data-id=${recording.id}
                aria-current=${recording.id === this.selected ? 'true' : 'false'}
                @click=${(event: MouseEvent) => this.open(event, recording.id)}
            >
                <span class="mark">${direction_icon(recording.direction)}</span>
                <span class="who">
                    <span class="name">${party_name(other)}</span>
                    ${number ? html`<span class="number">${number}</span>` : nothing}
                </span>
                <span class="time">${format_time(new Date(recording.started_at))}</span>
                <span class="line"
                    ><span>${direction_text(recording.direction)} ${own_text(recording)}</span>
                    ${this.render_part(recording)}</span
                >
                <span class="length">
                    ${
                        ended && recording.state !== 'failed'
                            ? html`<span class="visually-hidden">${text('duration')} </span
                                  >${format_clock(recording.duration_ms)}`
                            : nothing
                    }
                </span>
                ${
                    recording.state === 'sealed'
                        ? nothing
                        : html`<span class="badge ${recording.state}"
                              >${text(`state_${recording.state}`)}</span
                          >`
                }
            </a>
        </li>`;
    }

    private render_day(day: Day) {
        const joined = (i: number) => {
            const above = is_joined(day.calls[i - 1], day.calls[i]) ? 'joined-above' : '';
            const below = is_joined(day.calls[i], day.calls[i + 1]) ? 'joined-below' : '';
            return `${above} ${below}`.trim();
        };
        return html`<section aria-labelledby="day-${day.key}">
            <h2 id="day-${day.key}">${format_day(day.date)}</h2>
            <ul>
                ${day.calls.map((call, i) => this.render_row(call, joined(i)))}
            </ul>
        </section>`;
    }

    private render_empty() {
        const filtered = has_filter(this.filter);
        return html`<div class="empty">
            ${handset_icon()}
            <p class="empty-title">${text(filtered ? 'empty_filter_title' : 'empty_title')}</p>
            <p>${text(filtered ? 'empty_filter_text' : 'empty_text')}</p>
        </div>`;
    }

    private render_problem() {
        return html`<div class="notice problem" role="alert">
            ${notice_icon()}
            <div>
                <p>${explain(this.problem)}</p>
                <button class="button" @click=${this.retry}>${text('try_again')}</button>
            </div>
        </div>`;
    }

    private render_end() {
        if (this.problem && this.failed_cursor) {
            return this.render_problem();
        }
        if (!this.next) {
            return html`<p class="hint end">${text('shown_all')}</p>`;
        }
        return html`<button
            class="button more"
            aria-disabled=${this.busy ? 'true' : 'false'}
            @click=${() => !this.busy && this.load_more()}
        >
            ${text(this.busy ? 'loading' : 'load_more')}
        </button>`;
    }

    private render_calls() {
        if (!this.settled && this.recordings.length === 0) {
            return html`<div class="waiting" aria-hidden="true">
                ${[1, 2, 3, 4].map(() => html`<div></div>`)}
            </div>`;
        }
        if (this.recordings.length === 0) {
            return this.problem ? nothing : this.render_empty();
        }
        const days = by_day(this.recordings);
        return html`${days.map((day) => this.render_day(day))} ${this.render_end()}`;
    }

    private count_text(): string {
        if (!this.settled || this.problem) {
            return this.problem ? '' : text('loading');
        }
        const count = this.recordings.length;
        return count === 1 ? text('shown_one') : text('shown_many', { count: format_count(count) });
    }

    override render() {
        return html`
            <div class="bar">
                <p class="hint" role="status">${this.count_text()}</p>
                <button
                    class="button quiet"
                    aria-disabled=${this.busy ? 'true' : 'false'}
                    @click=${() => !this.busy && this.reload()}
                >
                    ${reload_icon()}${text('reload')}
                </button>
            </div>
            ${this.problem && !this.failed_cursor ? this.render_problem() : nothing}
            ${this.render_calls()}
        `;
    }

    static override styles = [shared_styles, list_styles];
}
