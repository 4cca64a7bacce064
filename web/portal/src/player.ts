/**
 * <recorder-player>: one recording in a panel: who, when, the conversation it is a part of, the
 * lanes, the controls, what is not heard, what happened, and the figures of the legs.
 *
 * `recording_id` says which; a new one starts anew. Fires "close", "open" (detail: id) for another
 * part, and "session-over" where the server wants a new sign-in. The audio is not fetched before
 * somebody plays it: every listen is an entry in the audit log, and opening the panel is none.
 */
import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { audio_address, download_address, is_abort, probe_audio, type Recording } from './api.js';
import './conversation.js';
import './event_list.js';
import './fact_list.js';
import { format_clock, format_duration, format_moment, format_span } from './format.js';
import {
    back_icon,
    close_icon,
    direction_icon,
    download_icon,
    next_icon,
    notice_icon,
    pause_icon,
    play_icon,
} from './icons.js';
import './lanes.js';
import type { Lanes } from './lanes.js';
import { LanguageController, text } from './language.js';
import './leg_table.js';
import { is_playable, load_recording, next_part, type Loaded } from './loaded.js';
import './pause_control.js';
import {
    channel_parties,
    direction_text,
    own_text,
    party_name,
    party_number,
    sides,
} from './parties.js';
import { player_styles } from './player_styles.js';
import { explain, is_signed_out } from './problems.js';
import { shared_styles } from './styles.js';

const SKIP_S = 10;

@customElement('recorder-player')
export class Player extends LitElement {
    @property({ attribute: false }) recording_id = '';

    @state() private loaded: Loaded | null = null;
    @state() private problem: unknown = null;
    @state() private playback_problem = '';
    @state() private playing = false;
    @state() private ended = false;
    @state() private position_s = 0;

    @query('recorder-lanes') private lanes!: Lanes | null;
    @query('h2') private heading!: HTMLElement | null;

    private readonly media = document.createElement('audio');
    private aborter = new AbortController();
    private play_id = ''; /* of the part that is to play once it is loaded */
    private heading_held = false; /* the focus was on the heading that is drawn anew */

    constructor() {
        super();
        new LanguageController(this);
        this.media.controls = true;
        this.media.preload = 'none';
        for (const name of ['play', 'pause', 'ended', 'seeked']) {
            this.media.addEventListener(name, () => {
                this.playing = !this.media.paused;
                this.ended = this.media.ended;
            });
        }
        this.media.addEventListener('error', () => void this.playback_failed());
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.aborter.abort();
        this.unload_media();
    }

    /** Put the focus on the heading, for a person who opened the panel by keyboard. */
    focus_heading(): void {
        this.heading?.focus();
    }

    override willUpdate(changed: PropertyValues<this>): void {
        if (changed.has('recording_id') && this.recording_id) {
            void this.load();
        }
        const held = (this.renderRoot as ShadowRoot | undefined)?.activeElement;
        this.heading_held = Boolean(held) && held === this.heading;
    }

    override updated(): void {
        if (this.heading_held && this.shadowRoot?.activeElement !== this.heading) {
            this.focus_heading();
        }
    }

    private unload_media(): void {
        this.media.pause();
        if (this.media.hasAttribute('src')) {
            this.media.removeAttribute('src');
            this.media.load();
        }
    }

    private async load(): Promise<void> {
        this.aborter.abort();
        this.aborter = new AbortController();
        const { signal } = this.aborter;
        this.unload_media();
        this.loaded = null;
        this.problem = null;
        this.playback_problem = '';
        this.position_s = 0;
        this.ended = false;
        this.play_id = this.play_id === this.recording_id ? this.play_id : '';
        try {
            const loaded = await load_recording(this.recording_id, signal);
            if (!signal.aborted) {
                this.media.src = audio_address(this.recording_id);
                this.loaded = loaded;
                await this.play_if_asked();
            }
        } catch (cause) {
            if (!signal.aborted && !is_abort(cause)) {
                this.fail(cause);
            }
        }
    }

    private async play_if_asked(): Promise<void> {
        const asked = this.play_id === this.recording_id;
        this.play_id = '';
        await this.updateComplete;
        await this.lanes?.updateComplete;
        if (asked) {
            await this.toggle();
        }
    }

    private fail(cause: unknown): void {
        this.problem = cause;
        if (is_signed_out(cause)) {
            this.dispatchEvent(new Event('session-over'));
        }
    }

    /* A media element does not say why: ask for the first byte of what it could not get. */
    private async playback_failed(): Promise<void> {
        const id = this.recording_id;
        if (!this.media.hasAttribute('src')) {
            return;
        }
        const cause = await probe_audio(id);
        if (id !== this.recording_id) {
            return;
        }
        this.playback_problem = cause ? explain(cause) : text('problem_playback');
        if (is_signed_out(cause)) {
            this.dispatchEvent(new Event('session-over'));
        }
    }

    private async toggle(): Promise<void> {
        this.playback_problem = '';
        try {
            await this.lanes?.toggle();
        } catch {
            /* the media element's error event tells it */
        }
    }

    private skip(seconds: number): void {
        this.lanes?.seek(this.position_s + seconds);
    }

    private open(id: string): void {
        this.dispatchEvent(new CustomEvent('open', { detail: id }));
    }

    private play_next(part: Recording): void {
        this.play_id = part.id;
        this.open(part.id);
    }

    private close(): void {
        this.dispatchEvent(new Event('close'));
    }

    private render_close() {
        return html`<button class="button quiet close" @click=${this.close}>
            <span class="narrow">${back_icon()}${text('back_to_list')}</span>
            <span class="wide"
                >${close_icon()}<span class="visually-hidden">${text('close')}</span></span
            >
        </button>`;
    }

    private render_header(recording: Recording) {
        const { other } = sides(recording);
        const started = new Date(recording.started_at);
        const ended = recording.ended_at ? new Date(recording.ended_at) : null;
        const number = party_number(other);
        return html`<header>
            ${this.render_close()}
            <div class="title">
                <h2 tabindex="-1">${party_name(other)}</h2>
                <p class="below">
                    ${number ? html`<span class="number">${number}</span>` : nothing}
                    <span class="badge ${recording.state}"
                        ><span class="visually-hidden">${text('state')} </span>${text(
                            `state_${recording.state}`,
                        )}</span
                    >
                </p>
            </div>
            <dl>
                <div>
                    <dt>${text('when')}</dt>
                    <dd>${format_span(started, ended)}</dd>
                </div>
                <div>
                    <dt>${text('direction')}</dt>
                    <dd class="direction">
                        ${direction_icon(recording.direction)}${direction_text(recording.direction)}
                        ${own_text(recording)}
                    </dd>
                </div>
                ${
                    recording.ended_at
                        ? html`<div>
                              <dt>${text('duration')}</dt>
                              <dd>${format_duration(recording.duration_ms)}</dd>
                          </div>`
                        : nothing
                }
            </dl>
        </header>`;
    }

    private render_controls(recording: Recording) {
        const label = this.playing ? 'pause' : 'play';
        const position = format_clock(this.position_s * 1000);
        return html`<div class="controls">
            <button
                class="button skip"
                aria-label=${`−10 s, ${text('back_10')}`}
                @click=${() => this.skip(-SKIP_S)}
            >
                −10 s
            </button>
            <button class="button primary play" @click=${this.toggle}>
                ${this.playing ? pause_icon() : play_icon()}${text(label)}
            </button>
            <button
                class="button skip"
                aria-label=${`+10 s, ${text('forward_10')}`}
                @click=${() => this.skip(SKIP_S)}
            >
                +10 s
            </button>
            <p class="clock">
                <span id="position">${position}</span>
                <span class="total">/ ${format_clock(recording.duration_ms)}</span>
            </p>
            <a class="button" href=${download_address(recording.id)} download>
                ${download_icon()}${text('download')}
            </a>
        </div>`;
    }

    /* Offered, and announced, where one part has ended; nothing plays that nobody asked for. */
    private render_next(loaded: Loaded) {
        const part = this.ended ? next_part(loaded) : null;
        return html`<p class="visually-hidden" role="status">
                ${part ? text('part_ended') : nothing}
            </p>
            ${part ? this.render_next_button(part, loaded.recording) : nothing}`;
    }

    private render_next_button(part: Recording, shown: Recording) {
        const when = format_moment(new Date(part.started_at), new Date(shown.started_at));
        return html`<div class="next">
            <button class="button" @click=${() => this.play_next(part)}>
                ${next_icon()}${text('play_next_part')}
            </button>
            <span class="hint"
                >${when} · ${party_name(part.caller)} <span aria-hidden="true">→</span
                ><span class="visually-hidden">${text('party_to')}</span>
                ${party_name(part.called)}</span
            >
        </div>`;
    }

    private render_audio(loaded: Loaded) {
        const { recording } = loaded;
        return html`
            ${this.render_controls(recording)} ${this.render_next(loaded)}
            ${
                this.playback_problem
                    ? html`<p class="notice problem" role="alert">
                          ${notice_icon()}<span>${this.playback_problem}</span>
                      </p>`
                    : nothing
            }
            <recorder-lanes
                .media=${this.media}
                .duration_ms=${recording.duration_ms}
                .peaks=${loaded.lanes}
                .stretches=${loaded.stretches}
                .moments=${loaded.moments}
                .left=${channel_parties(recording, 'left')}
                .right=${channel_parties(recording, 'right')}
                .note=${loaded.waveform_note ? text(loaded.waveform_note) : ''}
                @position=${(event: CustomEvent<number>) => (this.position_s = event.detail)}
                @toggle=${this.toggle}
            ></recorder-lanes>
            <recorder-facts
                .recording=${recording}
                .facts=${loaded.facts.stretch}
                .failed=${loaded.facts_failed}
                @jump=${(event: CustomEvent<number>) => this.lanes?.seek(event.detail)}
            ></recorder-facts>
            ${this.render_events(loaded)}
            <div class="browser">
                <p class="hint" id="browser-player">${text('browser_player')}</p>
                ${this.media}
            </div>
        `;
    }

    private render_events({ recording, facts }: Loaded) {
        if (facts.people.length + facts.technical.length === 0) {
            return nothing;
        }
        return html`<recorder-events
            .recording=${recording}
            .people=${facts.people}
            .technical=${facts.technical}
            @jump=${(event: CustomEvent<number>) => this.lanes?.seek(event.detail)}
        ></recorder-events>`;
    }

    private render_conversation({ recording, parts }: Loaded) {
        if (parts.length === 0) {
            return nothing;
        }
        return html`<recorder-conversation
            .parts=${parts}
            .current=${recording.id}
            @open=${(event: CustomEvent<string>) => this.open(event.detail)}
        ></recorder-conversation>`;
    }

    private render_note({ state, damaged }: Recording) {
        const tone = { recording: '', sealed: '', recovered: 'caution', failed: 'problem' }[state];
        const of_state =
            state === 'sealed'
                ? nothing
                : html`<p class="notice ${tone}">
                      ${notice_icon()}<span>${text(`note_${state}`)}</span>
                  </p>`;
        /* What is not finished, or of which there is nothing, was not damaged after it was saved. */
        const of_damage =
            damaged && (state === 'sealed' || state === 'recovered')
                ? html`<p class="notice problem">
                      ${notice_icon()}<span>${text('note_damaged')}</span>
                  </p>`
                : nothing;
        return [of_damage, of_state];
    }

    private render_going_on(recording: Recording) {
        return html`<recorder-pause
                .recording=${recording}
                @over=${this.load}
                @session-over=${() => this.dispatchEvent(new Event('session-over'))}
            ></recorder-pause>
            <p>
                <button class="button" @click=${this.load}>${text('reload')}</button>
            </p>`;
    }

    private render_waiting() {
        return html`<header>
            ${this.render_close()}
            <div class="title"><h2 tabindex="-1">${text('call')}</h2></div>
            ${
                this.problem
                    ? html`<p class="notice problem" role="alert">
                              ${notice_icon()}<span>${explain(this.problem)}</span>
                          </p>
                          <p>
                              <button class="button" @click=${this.load}>
                                  ${text('try_again')}
                              </button>
                          </p>`
                    : html`<p class="hint" role="status">${text('loading')}</p>`
            }
        </header>`;
    }

    override render() {
        if (!this.loaded) {
            return this.render_waiting();
        }
        const { recording } = this.loaded;
        this.media.setAttribute('aria-label', text('browser_player'));
        return html`
            ${this.render_header(recording)} ${this.render_conversation(this.loaded)}
            ${this.render_note(recording)}
            ${
                is_playable(recording)
                    ? this.render_audio(this.loaded)
                    : recording.state === 'recording'
                      ? this.render_going_on(recording)
                      : nothing
            }
            <recorder-legs .recording=${recording}></recorder-legs>
        `;
    }

    static override styles = [shared_styles, player_styles];
}
