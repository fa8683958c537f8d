/* An onboard unit of Yizhan with store and forward: C99, POSIX files and sockets, nothing else.
 * usage: obu HOST PORT KEY RING_FILE [SLOTS]   (plain HTTP: for TLS put stunnel or a proxy before it)
 * Measurements come as lines of JSON objects on standard input. Each is numbered, stamped and kept
 * in RING_FILE before "kept SEQ" is printed, and stays there until the service gave its verdict.
 * Slot seq % SLOTS: state, CRC-32 of the report in hex, a space, the report, spaces, a newline.
 * States: N not sent; D has its verdict; A was asked for again; E is done for good. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { SLOT = 512, HEAD = 10, BODY = SLOT - HEAD - 1, BATCH = 100, EVERY_MS = 500, LONGEST_MS = 60000 };
static unsigned long long next_seq = 1, first_unsent = 1, slots = 65536;
static long long clock_off_ms;
static int ring, wait_ms = 1000;
static char boot_id[9], answer[1 << 18], batch[BATCH * SLOT + 2], slot[SLOT + 1];

static long long clock_ms(clockid_t which) {
    struct timespec t;
    return clock_gettime(which, &t) ? 0 : t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}
static void seal(char crc_hex[9]) { /* the CRC-32 of the report in `slot` */
    unsigned crc = ~0u;
    for (int i = HEAD; i < HEAD + BODY; i++)
        for (int bit = (crc ^= (unsigned char)slot[i], 0); bit < 8; bit++) crc = crc >> 1 ^ (0xEDB88320u & -(crc & 1));
    snprintf(crc_hex, 9, "%08x", ~crc);
}
/* Read a slot; the number of its report, 0 if it is empty or was torn by a power cut. */
static unsigned long long read_slot(unsigned long long index) {
    char crc_hex[9], *seq;
    if (pread(ring, slot, SLOT, (off_t)(index % slots * SLOT)) != SLOT) return 0;
    seal(crc_hex), seq = strstr(slot + HEAD, "\"seq\":");
    return !seq || memcmp(slot + 1, crc_hex, 8) ? 0 : strtoull(seq + 6, NULL, 10);
}
static void mark(unsigned long long seq, char state) { /* not synced: a lost mark means sent twice */
    if (pwrite(ring, &state, 1, (off_t)(seq % slots * SLOT)) != 1) exit(1); }
/* Keep a measurement: on the disk, as far as the disk tells the truth, when this returns. */
static void keep(const char *fields) {
    char stamp[24]; long long at = clock_ms(CLOCK_REALTIME) + clock_off_ms;
    time_t seconds = (time_t)(at / 1000);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", gmtime(&seconds));
    memset(slot, ' ', SLOT);
    int size = snprintf(slot + HEAD, BODY + 1, "{\"seq\":%llu,\"boot_id\":\"%s\",\"recorded_at\":\"%s.%03dZ\",%.*s",
                        next_seq, boot_id, stamp, (int)(at % 1000), (int)strcspn(fields + 1, "\n"), fields + 1);
    if (*fields != '{' || size > BODY) { fprintf(stderr, "not kept: no object, or too long: %s", fields); return; }
    slot[HEAD + size] = ' ', seal(slot + 1);
    slot[0] = 'N', slot[HEAD - 1] = ' ', slot[SLOT - 1] = '\n';
    if (pwrite(ring, slot, SLOT, (off_t)(next_seq % slots * SLOT)) != SLOT || fsync(ring)) exit(1);
    if (next_seq - first_unsent >= slots) first_unsent = next_seq - slots + 1; /* full: the oldest goes */
    printf("kept %llu\n", next_seq++), fflush(stdout);
}
static const char *header(const char *name) { /* the value of a header of the answer, or NULL */
    for (const char *at = strstr(answer, "\r\n"); at && strncmp(at, "\r\n\r\n", 4); at = strstr(at + 2, "\r\n"))
        if (!strncasecmp(at + 2, name, strlen(name))) return at + 2 + strlen(name);
    return NULL;
}
/* Post the batch, leave what came in `answer`; the status, 0 if no whole answer came. */
static int post(char **argv, size_t size) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *at = NULL;
    struct timeval patience = {15, 0};
    char head[1024]; size_t got = 0, sent = 0; ssize_t n;
    if (getaddrinfo(argv[1], argv[2], &hints, &at)) return 0;
    int line = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    setsockopt(line, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(line, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    int length = snprintf(head, sizeof head, "POST /api/v1/obu/reports HTTP/1.1\r\nHost: %s:%s\r\nAuthorization: Bearer %s\r\n"
                          "Content-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", argv[1], argv[2], argv[3], size);
    if (length < (int)sizeof head && !connect(line, at->ai_addr, at->ai_addrlen) && send(line, head, (size_t)length, MSG_NOSIGNAL) == length) {
        while (sent < size && (n = send(line, batch + sent, size - sent, MSG_NOSIGNAL)) > 0) sent += (size_t)n;
        while (got < sizeof answer - 1 && (n = recv(line, answer + got, sizeof answer - 1 - got, 0)) > 0) got += (size_t)n;
    }
    answer[got] = 0, close(line), freeaddrinfo(at);
    const char *told = header("content-length:"), *body = strstr(answer, "\r\n\r\n");
    return told && body && strlen(body + 4) >= strtoul(told, NULL, 10) ? atoi(answer + 9) : 0; /* half an answer is none */
}
static void set_clock(long long sent_ms, long long heard_ms) {
    int y, m, d, h, min; double s;
    const char *at = strstr(answer, "\"server_time\":\"");
    if (!at || sscanf(at + 15, "%d-%d-%dT%d:%d:%lf", &y, &m, &d, &h, &min, &s) != 6 || heard_ms - sent_ms > 5000) return;
    long long a = y - (m < 3), days = 365 * a + a / 4 - a / 100 + a / 400 + ((m + 9) % 12 * 306 + 5) / 10 + d - 719469;
    clock_off_ms = days * 86400000 + h * 3600000LL + min * 60000LL + (long long)(s * 1000) - (sent_ms + heard_ms) / 2;
}
/* Mark what the service misses and we still have; once only, so that nothing goes round for ever. */
static void hear_resend(void) {
    char boot[40], ours[64]; unsigned long long from, to;
    const char *at = strstr(answer, "\"resend\":[");
    while (at && (at = strstr(at + 1, "{\"boot_id\":\"")) && sscanf(at, "{\"boot_id\":\"%39[^\"]\",\"from_seq\":%llu,\"to_seq\":%llu", boot, &from, &to) == 3) {
        snprintf(ours, sizeof ours, "\"%s\"", boot);
        for (unsigned long long seq = from + slots < next_seq ? next_seq - slots : from; seq <= to && seq < next_seq; seq++)
            if (read_slot(seq) == seq && *slot == 'D' && strstr(slot, ours))
                mark(seq, 'A'), first_unsent = seq < first_unsent ? seq : first_unsent;
    }
}
/* Send the oldest reports without a verdict; how long to wait then, -1 if there was none. */
static int forward(char **argv) {
    char states[BATCH]; unsigned long long seqs[BATCH], index;
    size_t size = 0, count = 0;
    for (unsigned long long seq = first_unsent; seq < next_seq && count < BATCH; seq++) {
        if (read_slot(seq) != seq || (*slot != 'N' && *slot != 'A')) continue;
        if (!count) first_unsent = seq;
        seqs[count] = seq, states[count] = *slot;
        batch[size++] = count++ ? ',' : '[';
        memcpy(batch + size, slot + HEAD, BODY), size += BODY; /* spaces between reports are JSON too */
    }
    if (!count) return first_unsent = next_seq, -1;
    batch[size++] = ']';
    long long sent_ms = clock_ms(CLOCK_REALTIME);
    int status = post(argv, size);
    if (status != 200) { /* wait as told, or twice as long each time; and not all units the same */
        const char *after = status == 429 || status == 503 ? header("retry-after:") : NULL;
        int wait = !after ? wait_ms : atoi(after) < 3600 ? atoi(after) * 1000 : 3600000;
        wait_ms = wait_ms * 2 < LONGEST_MS ? wait_ms * 2 : LONGEST_MS;
        return wait + rand() % (wait / 2 + 1);
    }
    set_clock(sent_ms, clock_ms(CLOCK_REALTIME));
    for (char *at = strstr(answer, "\"verdicts\":["); at && (at = strstr(at, "\"index\":"));)
        if ((index = strtoul(at + 8, &at, 10)) < count) /* what was refused is not worth sending again */
            mark(seqs[index], states[index] == 'A' || !strncmp(at, ",\"verdict\":\"refused", 19) ? 'E' : 'D');
    hear_resend();
    return wait_ms = 1000, 0;
}
int main(int argc, char **argv) {
    char text[1024]; unsigned seed = 1;
    int is_open = 1, urandom = open("/dev/urandom", O_RDONLY);
    if (argc > 5) slots = strtoull(argv[5], NULL, 10);
    if (argc < 5 || !slots || (ring = open(argv[4], O_RDWR | O_CREAT, 0600)) < 0 || read(urandom, &seed, sizeof seed) < 4)
        return fprintf(stderr, "usage: obu HOST PORT KEY RING_FILE [SLOTS]\n"), 2;
    srand(seed), snprintf(boot_id, sizeof boot_id, "%08x", seed); /* new at each start; the numbers go on */
    for (unsigned long long i = 0, seq; i < slots; i++)
        if ((seq = read_slot(i)) >= next_seq) next_seq = seq + 1;
    first_unsent = next_seq > slots ? next_seq - slots : 1;
    setvbuf(stdin, NULL, _IONBF, 0); /* so that poll() sees what is waiting */
    for (long long now, due = 0;;) {
        struct pollfd in = {0, POLLIN, 0};
        now = clock_ms(CLOCK_MONOTONIC);
        if (poll(&in, (nfds_t)is_open, due > now ? (int)(due - now) : 0) > 0 && (is_open = fgets(text, sizeof text, stdin) != NULL)) keep(text);
        if ((now = clock_ms(CLOCK_MONOTONIC)) < due) continue;
        int wait = forward(argv);
        if (wait < 0 && !is_open) return 0; /* everything has its verdict */
        due = now + (wait < 0 ? EVERY_MS : wait);
    }
}
