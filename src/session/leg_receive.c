/* What comes to a leg: to which of its voices it goes, and as what. */
#include "session/leg.h"

#include "rtp/packet.h"
#include "session/leg_private.h"

static struct voice *find_voice(const struct leg *leg, uint32_t ssrc)
{
    for (size_t i = 0; i < LEG_VOICES_MAX; i++)
        if (leg->voice[i] && voice_ssrc(leg->voice[i]) == ssrc)
            return leg->voice[i];
    return NULL;
}

/* A voice goes; what it told and lost is kept. */
static void end_voice(struct leg *leg, struct voice **voice)
{
    int64_t end = voice_audio_end(*voice);

    voice_finish(*voice);
    leg->account.counts.lost += voice_lost(*voice);
    if (end > leg->audio_end)
        leg->audio_end = end;
    voice_destroy(*voice);
    *voice = NULL;
}

/* Room for a voice; the one that was quiet longest goes, of which nothing is left to read. */
static struct voice **find_room(struct leg *leg)
{
    struct voice **quiet = NULL;

    for (size_t i = 0; i < LEG_VOICES_MAX; i++) {
        struct voice **voice = &leg->voice[i];
        if (!*voice)
            return voice;
        bool idle = voice_audio_end(*voice) <= leg->position && !voice_holds(*voice);
        if (idle && (!quiet || voice_last_arrival_ns(*voice) < voice_last_arrival_ns(*quiet)))
            quiet = voice;
    }
    if (quiet)
        end_voice(leg, quiet);
    return quiet;
}

/* NULL: there is no room, or no memory. */
static struct voice *make_voice(struct leg *leg, uint32_t ssrc)
{
    const struct voice_leg about = {
        .setup = leg->setup,
        .senders = leg->senders,
        .number = leg->number,
        .account = &leg->account,
        .detail_of = leg->detail_of,
        .clock_hz = leg_codec(leg)->clock_rate_hz,
    };
    struct voice **room = find_room(leg);

    if (!room || voice_create(&about, ssrc, leg->position, room) != STATUS_OK)
        return NULL;
    return *room;
}

/* Remember what is to be told of a payload type that cannot be decoded. */
static void name_undecodable(struct leg *leg, const struct leg_payload *payload,
                             uint8_t payload_type)
{
    char text[LEG_DETAIL_BYTES];

    leg_formats_describe(payload, payload_type, text, sizeof text);
    leg->detail_of[payload_type] = leg_account_detail(&leg->account, text);
}

static int64_t last_arrival_ns(const struct leg *leg)
{
    int64_t last_ns = -1;

    for (size_t i = 0; i < LEG_VOICES_MAX; i++)
        if (leg->voice[i] && voice_last_arrival_ns(leg->voice[i]) > last_ns)
            last_ns = voice_last_arrival_ns(leg->voice[i]);
    return last_ns;
}

static void receive_sound(struct leg *leg, const struct leg_payload *payload,
                          struct voice_packet *what)
{
    const struct rtp_packet *packet = what->packet;
    struct voice *voice = find_voice(leg, packet->ssrc);

    if (!payload->codec ||
        !audio_codec_samples(payload->codec, packet->payload, packet->payload_bytes)) {
        name_undecodable(leg, payload, packet->payload_type);
        what->codec = NULL;
    }
    quality_jitter_packet(&leg->jitter, packet, what->clock_hz, what->arrival_ns);
    what->others_end = leg_audio_end(leg);
    what->last_arrival_ns = last_arrival_ns(leg);
    if (!voice)
        voice = make_voice(leg, packet->ssrc);
    if (voice)
        voice_receive(voice, what);
    else
        leg->account.counts.ignored++;
}

static void receive_event(struct leg *leg, const struct voice_packet *what)
{
    struct voice *voice = find_voice(leg, what->packet->ssrc);

    if (!voice)
        voice = make_voice(leg, what->packet->ssrc);
    if (voice)
        voice_receive_event(voice, what);
    else
        leg->account.counts.ignored++;
}

/* What only takes part in the numbering. */
static void receive_other(struct leg *leg, const struct voice_packet *what, bool held)
{
    struct voice *voice = find_voice(leg, what->packet->ssrc);

    if (voice)
        (held ? voice_receive_held : voice_receive_other)(voice, what);
    else
        leg->account.counts.ignored++;
}

void leg_receive(struct leg *leg, const uint8_t *data, size_t data_bytes, int64_t arrival_ns)
{
    struct rtp_packet packet;

    if (rtp_packet_parse(data, data_bytes, &packet) != STATUS_OK) {
        leg->account.counts.ignored++;
        return;
    }
    if (arrival_ns < 0)
        arrival_ns = 0;
    const struct leg_payload payload = leg_formats_find(&leg->formats, packet.payload_type);
    struct voice_packet what = {
        .packet = &packet,
        .codec = payload.codec,
        .clock_hz = payload.clock_hz,
        .arrival_ns = arrival_ns,
        .spurt = holds_ended(&leg->holds, arrival_ns),
    };
    bool event = payload.codec && payload.codec->kind == AUDIO_EVENT;
    bool told = event && leg_follow_press(leg, &what);
    if (holds_at(&leg->holds, arrival_ns))
        receive_other(leg, &what, true);
    else if (told)
        receive_event(leg, &what);
    else if (event)
        receive_other(leg, &what, false);
    else if (!packet.payload_bytes || (payload.codec && payload.codec->kind == AUDIO_NOISE))
        receive_other(leg, &what, false);
    else
        receive_sound(leg, &payload, &what);
}

void leg_report(struct leg *leg, const struct rtcp_sender_report *report, const char *cname,
                const struct sockaddr_storage *from)
{
    struct voice *voice = find_voice(leg, report->ssrc);
    struct sender_clock *sender = voice ? sender_clocks_find(leg->senders, cname, from) : NULL;

    if (sender)
        voice_report(voice, sender, report);
}
