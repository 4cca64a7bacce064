/**
 * <recorder-lanes>: a call on two lanes, the caller's above the called party's: names, waveform,
 * facts, a ruler, and the position, which follows a click, a drag and the keys of a slider. Several
 * parties may be heard on one lane.
 *
 * `media` is the audio element it controls; it stays its owner's. Fires "position" (detail:
 * seconds) whenever the position changes. Controls go through toggle() and seek(), not through
 * the element, since a seek before anything is loaded must be kept until there is.
 */
import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Party } from './api.js';
import { event_sign } from './event_signs.js';
import { fact_styles } from './fact_styles.js';
import { format_clock, format_duration } from './format.js';
import { flags, type Flag, type Moment, type Stretch } from './lane_facts.js';
import { LanguageController, text } from './language.js';
import { lanes_styles } from './lanes_styles.js';
import { party_name, party_number } from './parties.js';
import { loudest, type LanePeaks } from './peaks.js';
import { shared_styles } from './styles.js';
import { WaveSurfer } from './wavesurfer.js';

const LANE_HEIGHT_PX = 84;
const STEP_S = 5;
const PAGE_S = 30;
const TICK_PX_MIN = 76;
const FLAG_ROW_REM = 1.5;
const TICK_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

@customElement('recorder-lanes')
export class Lanes extends LitElement {
    @property({ attribute: false }) media!: HTMLMediaElement;
    @property({ attribute: false }) duration_ms = 0;
    @property({ attribute: false }) peaks: LanePeaks = [
        [0, 0],
        [0, 0],
    ];
    @property({ attribute: false }) stretches: Stretch[] = [];
    @property({ attribute: false }) moments: Moment[] = [];
    @property({ attribute: false }) left: Party[] = [];
    @property({ attribute: false }) right: Party[] = [];
    @property() note = '';

    @state() private position_s = 0;
    @state() private width_px = 0;

    @query('.wave') private wave!: HTMLElement;

    private flags: Flag[] = [];
    private surfer: WaveSurfer | null = null;
    private readonly scheme = matchMedia('(prefers-color-scheme: dark)');
    private readonly repaint = () => this.surfer?.setOptions(this.paint());
    private readonly observer = new ResizeObserver(() => {
        this.width_px = this.wave.clientWidth;
    });

    constructor() {
        super();
        new LanguageController(this);
    }

    override connectedCallback(): void {
        super.connectedCallback();
        this.scheme.addEventListener('change', this.repaint);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.scheme.removeEventListener('change', this.repaint);
        this.observer.disconnect();
        this.surfer?.destroy();
        this.surfer = null;
    }

    /** Play, or pause where it plays. Rejects where the audio cannot be played. */
    async toggle(): Promise<void> {
        await this.surfer?.playPause();
    }

    /** Go to a position, in seconds; before the start and past the end are the ends. */
    seek(position_s: number): void {
        this.surfer?.setTime(Math.min(this.duration_ms / 1000, Math.max(0, position_s)));
    }

    get current_s(): number {
        return this.position_s;
    }

    private colour(name: string): string {
        return getComputedStyle(this).getPropertyValue(name).trim();
    }

    private paint() {
        const lane = (side: string) => ({
            waveColor: this.colour(`--${side}-soft`),
            progressColor: this.colour(`--${side}`),
            height: LANE_HEIGHT_PX,
        });
        return {
            splitChannels: [lane('caller'), lane('called')],
            cursorColor: this.colour('--text'),
        };
    }

    private create_surfer(): void {
        this.surfer = WaveSurfer.create({
            ...this.paint(),
            container: this.wave,
            media: this.media,
            peaks: this.peaks,
            duration: this.duration_ms / 1000,
            height: LANE_HEIGHT_PX,
            maxPeak: loudest(this.peaks),
            normalize: true,
            barHeight: 0.88,
            barWidth: 2,
            barGap: 1,
            barRadius: 1,
            barMinHeight: 1,
            cursorWidth: 2,
            dragToSeek: true,
            hideScrollbar: true,
        });
        this.surfer.on('timeupdate', (seconds) => {
            this.position_s = seconds;
            this.dispatchEvent(new CustomEvent('position', { detail: seconds }));
        });
        this.surfer.on('error', () => undefined); /* the owner of the media element hears it */
    }

    override willUpdate(changed: PropertyValues): void {
        if (changed.has('moments') || changed.has('width_px')) {
            this.flags = flags(this.moments, this.width_px);
        }
    }

    override firstUpdated(): void {
        this.observer.observe(this.wave);
        this.create_surfer();
    }

    override updated(changed: PropertyValues<this>): void {
        if (this.surfer && changed.has('peaks') && changed.get('peaks')) {
            const [peaks, duration] = [this.peaks, this.duration_ms / 1000];
            this.surfer.setOptions({ peaks, duration, maxPeak: loudest(peaks) });
        }
    }

    private key_target(key: string): number | null {
        const total_s = this.duration_ms / 1000;
        switch (key) {
            case 'ArrowLeft':
            case 'ArrowDown':
                return this.position_s - STEP_S;
            case 'ArrowRight':
            case 'ArrowUp':
                return this.position_s + STEP_S;
            case 'PageDown':
                return this.position_s - PAGE_S;
            case 'PageUp':
                return this.position_s + PAGE_S;
            case 'Home':
                return 0;
            case 'End':
                return total_s;
            default:
                return null;
        }
    }

    private key_down(event: KeyboardEvent): void {
        if (event.ctrlKey || event.altKey || event.metaKey) {
            return;
        }
        const target_s = this.key_target(event.key);
        if (target_s !== null) {
            event.preventDefault();
            this.seek(target_s);
        } else if (event.key === ' ') {
            event.preventDefault();
            this.dispatchEvent(new Event('toggle'));
        }
    }

    private ticks(): number[] {
        const total_s = this.duration_ms / 1000;
        const places = Math.max(1, Math.floor(this.width_px / TICK_PX_MIN));
        const step = TICK_STEPS_S.find((seconds) => total_s / seconds <= places) ?? 7200;
        const ticks = [];
        for (let tick = 0; tick < total_s; tick += step) {
            ticks.push(tick);
        }
        return ticks;
    }

    private render_parties(side: 'caller' | 'called', parties: Party[]) {
        return html`<div class="parties ${side}">
            <span class="role">${text(side === 'caller' ? 'lane_caller' : 'lane_called')}</span>
            ${parties.map(
                (party) =>
                    html`<span class="party">
                        <span class="name">${party_name(party)}</span>
                        <span class="number">${party_number(party)}</span>
                    </span>`,
            )}
        </div>`;
    }

    private render_moment(moment: Moment) {
        const style = `left:${moment.at * 100}%`;
        return html`<div
            class="moment moment-${moment.sign} ${moment.lane}"
            .style=${style}
        ></div>`;
    }

    private render_flag({ moment, row, left_px, words }: Flag) {
        const style = `left:${left_px}px;top:${row * FLAG_ROW_REM}rem`;
        return html`<span class="flag ${moment.lane}" .style=${style}
            >${event_sign(moment.sign)}${words ? moment.label : nothing}</span
        >`;
    }

    /* What is on the lanes' lines, told in words by <recorder-events>. */
    private render_flags() {
        if (this.moments.length === 0) {
            return nothing;
        }
        const rows = 1 + Math.max(0, ...this.flags.map(({ row }) => row));
        return html`<div
            class="flags"
            aria-hidden="true"
            .style=${`height:${rows * FLAG_ROW_REM}rem`}
        >
            ${this.flags.map((flag) => this.render_flag(flag))}
        </div>`;
    }

    /* Styles are set as a property: the page's policy refuses style attributes. */
    private render_stretch(stretch: Stretch) {
        const style = `left:${stretch.start * 100}%;width:${stretch.length * 100}%`;
        const { cause, lane, mark } = stretch;
        const classes = `cause cause-${cause} ${lane} ${mark ? 'mark' : ''}`;
        return html`<div class=${classes} .style=${style}></div>`;
    }

    private render_tick(seconds: number) {
        const style = `left:${(seconds / (this.duration_ms / 1000)) * 100}%`;
        return html`<span class="tick" .style=${style}>${format_clock(seconds * 1000)}</span>`;
    }

    override render() {
        const total_s = this.duration_ms / 1000;
        const spoken = (seconds: number) => format_duration(Math.floor(seconds) * 1000, 'long');
        return html`
            ${this.render_parties('caller', this.left)}
            <div
                class="board"
                role="slider"
                tabindex="0"
                aria-label=${text('position')}
                aria-valuemin="0"
                aria-valuemax=${Math.floor(total_s)}
                aria-valuenow=${Math.floor(this.position_s)}
                aria-valuetext=${text('position_value', {
                    now: spoken(this.position_s),
                    total: spoken(total_s),
                })}
                @keydown=${this.key_down}
            >
                <div class="lane left"></div>
                <div class="lane right"></div>
                <div class="facts">${this.stretches.map((one) => this.render_stretch(one))}</div>
                ${this.note ? html`<p class="note">${this.note}</p>` : nothing}
                <div class="wave"></div>
                <div class="moments">${this.moments.map((one) => this.render_moment(one))}</div>
            </div>
            ${this.render_parties('called', this.right)} ${this.render_flags()}
            <div class="ruler" aria-hidden="true">
                ${this.ticks().map((seconds) => this.render_tick(seconds))}
            </div>
        `;
    }

    static override styles = [shared_styles, fact_styles, lanes_styles];
}
