/**
 * <recorder-player>: one recording in a panel: who, when, the lanes, the controls, what is not
 * heard, and the figures of the legs.
 *
 * `recording_id` says which; a new one starts anew. Fires "close", and "session-over" where the
 * server wants a new sign-in. The audio is not fetched before somebody plays it: every listen is
 * an entry in the audit log, and opening the panel is none.
 */
import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import {
    audio_address,
    download_address,
    get_facts,
    get_peaks,
    get_recording,
    is_abort,
    probe_audio,
    type Fact,
    type Leg,
    type Recording,
} from './api.js';
import { stretches, type Stretch } from './facts.js';
import { format_clock, format_count, format_duration, format_span } from './format.js';
import {
    back_icon,
    close_icon,
    direction_icon,
    download_icon,
    notice_icon,
    pause_icon,
    play_icon,
} from './icons.js';
import './fact_list.js';
import './lanes.js';
import type { Lanes } from './lanes.js';
import { LanguageController, text, type TextKey } from './language.js';
import { direction_text, own_text, party_name, party_number, sides } from './parties.js';
import { lane_peaks, type LanePeaks } from './peaks.js';
import { player_styles } from './player_styles.js';
import { explain, is_signed_out } from './problems.js';
import { shared_styles } from './styles.js';

const SKIP_S = 10;

/* What is fetched of one recording, fit to draw. */
interface Loaded {
    recording: Recording;
    facts: Fact[];
    facts_failed: boolean;
    lanes: LanePeaks;
    stretches: Stretch[];
    waveform_note: TextKey | '';
}

@customElement('recorder-player')
export class Player extends LitElement {
    @property({ attribute: false }) recording_id = '';

    @state() private loaded: Loaded | null = null;
    @state() private problem: unknown = null;
    @state() private playback_problem = '';
    @state() private playing = false;
    @state() private position_s = 0;

    @query('recorder-lanes') private lanes!: Lanes | null;
    @query('h2') private heading!: HTMLElement | null;

    private readonly media = document.createElement('audio');
    private aborter = new AbortController();

    constructor() {
        super();
        new LanguageController(this);
        this.media.controls = true;
        this.media.preload = 'none';
        for (const name of ['play', 'pause', 'ended']) {
            this.media.addEventListener(name, () => (this.playing = !this.media.paused));
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
    }

    private unload_media(): void {
        this.media.pause();
        if (this.media.hasAttribute('src')) {
            this.media.removeAttribute('src');
            this.media.load();
        }
    }

    private async fetch_all(id: string, signal: AbortSignal): Promise<Loaded> {
        const recording = await get_recording(id, signal);
        const playable = recording.state === 'sealed' || recording.state === 'recovered';
        const [facts, peaks] = playable
            ? await Promise.allSettled([get_facts(id, signal), get_peaks(id, signal)])
            : [null, null];
        const found = facts?.status === 'fulfilled' ? facts.value : [];
        const duration_ms = recording.duration_ms;
        const waveform = peaks?.status === 'fulfilled' ? peaks.value : null;
        return {
            recording,
            facts: found,
            facts_failed: facts?.status === 'rejected',
            lanes: lane_peaks(waveform, duration_ms),
            stretches: stretches(found, recording.legs ?? [], duration_ms),
            waveform_note:
                peaks?.status === 'rejected' ? 'waveform_failed' : waveform ? '' : 'no_waveform',
        };
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
        try {
            const loaded = await this.fetch_all(this.recording_id, signal);
            if (!signal.aborted) {
                this.media.src = audio_address(this.recording_id);
                this.loaded = loaded;
            }
        } catch (cause) {
            if (!signal.aborted && !is_abort(cause)) {
                this.fail(cause);
            }
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

    private render_audio(loaded: Loaded) {
        const { recording } = loaded;
        return html`
            ${this.render_controls(recording)}
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
                .caller=${recording.caller}
                .called=${recording.called}
                .note=${loaded.waveform_note ? text(loaded.waveform_note) : ''}
                @position=${(event: CustomEvent<number>) => (this.position_s = event.detail)}
                @toggle=${this.toggle}
            ></recorder-lanes>
            <recorder-facts
                .recording=${recording}
                .facts=${loaded.facts}
                .failed=${loaded.facts_failed}
                @jump=${(event: CustomEvent<number>) => this.lanes?.seek(event.detail)}
            ></recorder-facts>
            <div class="browser">
                <p class="hint" id="browser-player">${text('browser_player')}</p>
                ${this.media}
            </div>
        `;
    }

    private render_leg(leg: Leg) {
        const cell = (value: number) => html`<td class="figure">${format_count(value)}</td>`;
        return html`<tr>
            <th scope="row">${text(leg.channel === 'left' ? 'lane_caller' : 'lane_called')}</th>
            <td>${leg.codec}</td>
            ${cell(leg.packets_received)} ${cell(leg.packets_lost)} ${cell(leg.packets_late)}
            ${cell(leg.packets_duplicate)}
        </tr>`;
    }

    private render_technical(recording: Recording) {
        const heads: TextKey[] = [
            'fact_side',
            'codec',
            'packets_received',
            'packets_lost',
            'packets_late',
            'packets_duplicate',
        ];
        return html`<details class="technical">
            <summary>${text('technical')}</summary>
            ${
                recording.legs?.length
                    ? html`<div
                      class="scroll"
                      tabindex="0"
                      role="group"
                      aria-label=${text('technical')}
                  >
                      <table>
                          <thead>
                              <tr>
                                  ${heads.map((head) => html`<th scope="col">${text(head)}</th>`)}
                              </tr>
                          </thead>
                          <tbody>
                              ${recording.legs.map((leg) => this.render_leg(leg))}
                          </tbody>
                      </table>
                  </div>`
                    : nothing
            }
            <p class="hint">${text('identifier')}: <code>${recording.id}</code></p>
        </details>`;
    }

    private render_note(recording: Recording) {
        if (recording.state === 'sealed') {
            return nothing;
        }
        const tone = { recording: '', recovered: 'caution', failed: 'problem' }[recording.state];
        return html`<p class="notice ${tone}">
            ${notice_icon()}<span>${text(`note_${recording.state}`)}</span>
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
        const playable = recording.state === 'sealed' || recording.state === 'recovered';
        this.media.setAttribute('aria-label', text('browser_player'));
        return html`
            ${this.render_header(recording)} ${this.render_note(recording)}
            ${
                playable
                    ? this.render_audio(this.loaded)
                    : recording.state === 'recording'
                      ? html`<p>
                        <button class="button" @click=${this.load}>${text('reload')}</button>
                    </p>`
                      : nothing
            }
            ${this.render_technical(recording)}
        `;
    }

    static override styles = [shared_styles, player_styles];
}
