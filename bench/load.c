/* load: N WebSocket clients in one room on loopback. The first S of them speak; everybody counts what arrives.
 *
 *   cc -O2 -o load load.c
 *   load -a HOST:PORT[,HOST:PORT...] [-u PATH] [-n CLIENTS] [-s SENDERS] [-w WINDOW | -r RATE] [-t SECONDS] [-b BYTES]
 *        [-m TEMPLATE] [-x EVERY] [-f FILE] [-g HELLO] [-o OPENED] [-j JOINERS [-e EVENTS]] [-c CONNECTING]
 *        [-P SUBPROTOCOL] [-H HEADER]
 *
 *   -a  clients take these addresses in turn; a delivery from one address to another is "cross"
 *   -w  closed loop: each sender keeps WINDOW messages in flight, until it sees them itself
 *   -r  open loop: RATE messages a second, the senders in turn
 *   -m  what a message looks like: '@' the payload, BYTES long, '#' a fresh id of 32 hex digits, '$' a counter
 *   -x  every EVERYth payload holds Markdown and a link; 0: none
 *   -f  a line a client, "HEADER<TAB>HELLO": its own request header and the text it sends after the handshake
 *   -g  that text, the same for all
 *   -o  a client is open once a text frame with this in it has come; without it, once the handshake is done
 *   -j  the last JOINERS clients come only when the measuring begins, and are through once they are open and, with -e,
 *       have got EVENTS events; the measuring lasts until all are. Who is turned away before that comes again after a
 *       second. Latency is that of the others
 *   -c  how many may be connecting at once
 *
 * Pings are answered: WebSocket's, Engine.IO's "2", JSON-RPC's "session.ping". A JSON-RPC result for one of our
 * messages is "acknowledged". A delivery is one stamp seen by one client, however many share a frame or a read; the same
 * stamp twice in a row, as in a text and its HTML, is one. Times run from a sender's stamp to the return of the reader's
 * recv, on one clock. Says READY, BEGIN, END on stderr for whoever looks at the server meanwhile, then one JSON object on
 * stdout. Exit code 1: nothing arrived; 2: it could not be done. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    uint8_t *data;
    size_t length, room;
} Bytes;

enum State { AWAY, CONNECTING, UPGRADING, GREETING, OPEN, GONE };

typedef struct {
    int fd, index, address, waits_to_write, owed_events;
    enum State state;
    int64_t not_before; /* when it may come again */
    Bytes rest, message, out; /* of a frame that is not whole; of a fragmented message; not sent yet */
    char *header, *hello;
} Client;

enum { ADDRESSES = 8, STAMP = 32, BUCKETS = 64 * 40, LARGEST = 4 << 20, SECOND = 1000000000 };

static struct sockaddr_in addresses[ADDRESSES];
static int address_count;
static const char *path = "/", *template = "@", *hello, *header, *file, *opened_by, *subprotocol;
static int client_count = 100, sender_count = 1, window = 1, payload_bytes = 100, every = 0, joiner_count, joiner_events;
static int connecting_most = 64;
static double rate, seconds = 5;

static Client *clients;
static Client **again; /* joiners that were turned away, in a ring */
static int again_first, again_count, came_again;
static int epoll, connecting, upgraded, opened, joined;
static int64_t now, upgraded_at, opened_at, joined_at;
static uint64_t deliveries, own, frames, bytes_in, sent, acknowledged, refused, closed;
static uint64_t histogram[2][BUCKETS], samples[2], highest[2];
static int measuring, stopping;
static char why[400]; /* the first refusal or close */
static uint8_t input[LARGEST];

static int64_t clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * (int64_t)SECOND + t.tv_nsec;
}

static double cpu_seconds(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void fail(const char *what, const char *detail) {
    fprintf(stderr, "%s: %.300s\n", what, detail);
    exit(2);
}

static void remember(const uint8_t *text, size_t length) {
    if (*why) return;
    size_t k = 0;
    for (; k < length && k < sizeof why - 1; k++) why[k] = text[k] < 32 || text[k] == '"' || text[k] == '\\' ? ' ' : text[k];
    why[k] = 0;
}

/* Latency: 64 buckets for each power of two microseconds, 1.6 % wide. */

static int bucket_of(uint64_t us) {
    if (us < 64) return us;
    int power = 63 - __builtin_clzll(us);
    int bucket = (power - 5) * 64 + (int)(us >> (power - 6)) - 64;
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static double bucket_ms(int bucket) {
    if (bucket < 64) return bucket / 1e3;
    int power = bucket / 64 + 5;
    return ((uint64_t)(bucket % 64 + 64) << (power - 6)) / 1e3;
}

static double quantile(int which, double q) {
    uint64_t seen = 0;
    for (int i = 0; i < BUCKETS; i++)
        if ((seen += histogram[which][i]) > samples[which] * q) return bucket_ms(i);
    return 0;
}

/* Out */

static void append(Bytes *bytes, const void *data, size_t length) {
    if (bytes->length + length > bytes->room) {
        bytes->room = (bytes->length + length) * 2;
        if (!(bytes->data = realloc(bytes->data, bytes->room))) fail("memory", "");
    }
    memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

static void watch(Client *c, int write) {
    struct epoll_event e = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
    c->waits_to_write = write;
}

static int is_joiner(const Client *c) {
    return c->index >= client_count - joiner_count;
}

static void lost(Client *c) {
    if (c->state == GONE) return;
    close(c->fd);
    if (c->state < OPEN) {
        if (!is_joiner(c)) fail("a client was closed before it was open", why);
        c->rest.length = c->message.length = c->out.length = 0;
        c->not_before = now + SECOND, connecting--, came_again++;
        again[(again_first + again_count++) % joiner_count] = c;
    } else closed++;
    c->state = GONE;
}

static void put(Client *c, const void *data, size_t length) {
    ssize_t done = 0;
    if (!c->out.length) {
        done = send(c->fd, data, length, MSG_NOSIGNAL);
        if (done < 0 && errno != EAGAIN) { lost(c); return; }
        if (done < 0) done = 0;
    }
    if ((size_t)done < length) {
        append(&c->out, (const char *)data + done, length - done);
        if (!c->waits_to_write) watch(c, 1);
    }
}

static void put_waiting(Client *c) {
    ssize_t done = send(c->fd, c->out.data, c->out.length, MSG_NOSIGNAL);
    if (done < 0 && errno != EAGAIN) { lost(c); return; }
    if (done > 0) memmove(c->out.data, c->out.data + done, c->out.length -= done);
    if (!c->out.length) watch(c, 0);
}

static void put_frame(Client *c, int opcode, const char *payload, size_t length) {
    static uint8_t frame[80000];
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    size_t h = 0;
    if (length > 65535) fail("a message is too long", "");
    frame[h++] = 0x80 | opcode;
    if (length < 126) frame[h++] = 0x80 | length;
    else frame[h++] = 0x80 | 126, frame[h++] = length >> 8, frame[h++] = length & 255;
    memcpy(frame + h, mask, 4), h += 4;
    for (size_t i = 0; i < length; i++) frame[h + i] = payload[i] ^ mask[i & 3];
    put(c, frame, h + length);
}

static size_t payload(char *out, int sender) {
    static const char marked[] = " **Look** at https://example.com/a/page?of=it ";
    static uint64_t count;
    size_t o = sprintf(out, "T=%020lld;S=%06d;", (long long)clock_ns(), sender);
    if (every && count++ % every == 0 && o + sizeof marked < (size_t)payload_bytes)
        memcpy(out + o, marked, sizeof marked - 1), o += sizeof marked - 1;
    while (o < (size_t)payload_bytes) out[o++] = 'x';
    return o;
}

static void say(Client *c) {
    static char out[70000];
    static uint64_t ids, counter;
    size_t o = 0;
    for (const char *t = template; *t; t++) {
        if (*t == '@') o += payload(out + o, c->index);
        else if (*t == '#') o += sprintf(out + o, "%08x%08x%016llx", (unsigned)getpid(), (unsigned)(upgraded_at / 1000), (unsigned long long)++ids);
        else if (*t == '$') o += sprintf(out + o, "%llu", (unsigned long long)++counter);
        else out[o++] = *t;
        if (o > sizeof out - 5000) fail("the template is too long", template);
    }
    sent++;
    put_frame(c, 1, out, o);
}

/* In */

static void through(Client *c) {
    if (!is_joiner(c) || c->owed_events > 0) return;
    joined++, joined_at = now;
    c->owed_events = -1;
}

static void on_open(Client *c) {
    c->state = OPEN, opened++, connecting--, opened_at = now;
    through(c);
}

static void on_rpc(Client *c, const char *text, size_t length) {
    /* {"jsonrpc":"2.0","id":ID,"method"|"result"|"error": ... */
    char answer[200];
    const char *id = text + 22, *comma = memchr(id, ',', length - 22);
    if (!comma || comma - id > 60 || text + length - comma < 9) return;
    if (!memcmp(comma, ",\"method", 8)) {
        if (memmem(comma, text + length - comma, "\"session.ping\"", 14))
            put_frame(c, 1, answer, sprintf(answer, "{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":{}}", (int)(comma - id), id));
    } else if (!memcmp(comma, ",\"error", 7)) {
        remember((const uint8_t *)text, length);
        if (c->state != OPEN) { lost(c); return; }
        refused++;
        if (!rate && !stopping && c->index < sender_count) say(c); /* or its place in the loop would be lost */
    } else if (*id != '"') acknowledged++;
}

static uint64_t number(const uint8_t *digits, int count) {
    uint64_t n = 0;
    for (int i = 0; i < count; i++) n = n * 10 + (digits[i] - '0');
    return n;
}

static void delivered(Client *c, const uint8_t *stamp) {
    int sender = number(stamp + 25, 6);
    deliveries++;
    if (measuring && !is_joiner(c) && sender < client_count) {
        int64_t us = (now - (int64_t)number(stamp + 2, 20)) / 1000;
        int cross = clients[sender].address != c->address;
        if (us < 0) us = 0;
        histogram[cross][bucket_of(us)]++, samples[cross]++;
        if ((uint64_t)us > highest[cross]) highest[cross] = us;
    }
    if (sender != c->index) return;
    own++;
    if (!rate && !stopping) say(c);
}

static void on_text(Client *c, const uint8_t *text, size_t length) {
    if (c->state == GREETING && memmem(text, length, opened_by, strlen(opened_by))) on_open(c);
    if (length > 30 && !memcmp(text, "{\"jsonrpc\":\"2.0\",\"id\":", 22)) { on_rpc(c, (const char *)text, length); return; }
    if (length == 1 && *text == '2') { put_frame(c, 1, "3", 1); return; }
    frames++;
    if (c->owed_events > 0 && memmem(text, length, "\"room.event\"", 12) && --c->owed_events == 0 && c->state == OPEN) through(c);
    if (length < 500 && memmem(text, length, "\"session.bye\"", 13)) remember(text, length);
    const uint8_t *last = 0, *end = text + length;
    for (const uint8_t *at = text; end - at >= STAMP && (at = memchr(at, 'T', end - at - STAMP + 1));) {
        if (at[1] != '=' || at[2] != '0' || at[22] != ';') { at++; continue; }
        if (!last || memcmp(last, at, STAMP)) delivered(c, at);
        last = at, at += STAMP;
    }
}

static void on_frame(Client *c, int head, const uint8_t *data, size_t length) {
    int opcode = head & 15, whole = head & 0x80;
    if (opcode == 9) put_frame(c, 10, (const char *)data, length);
    else if (opcode == 8) {
        char code[20] = "close ";
        if (length >= 2) sprintf(code + 6, "%d", data[0] << 8 | data[1]);
        remember((uint8_t *)code, strlen(code)), lost(c);
    } else if (opcode == 0 || (opcode < 8 && !whole)) {
        append(&c->message, data, length);
        if (whole) on_text(c, c->message.data, c->message.length), c->message.length = 0;
    } else if (opcode < 8) on_text(c, data, length);
}

static size_t take_frames(Client *c, const uint8_t *data, size_t length) {
    size_t o = 0;
    while (length - o >= 2 && (c->state == GREETING || c->state == OPEN)) {
        const uint8_t *b = data + o;
        size_t n = b[1] & 127, h = 2;
        if (n == 126) {
            if (length - o < 4) break;
            n = b[2] << 8 | b[3], h = 4;
        } else if (n == 127) {
            if (length - o < 10) break;
            n = 0, h = 10;
            for (int i = 0; i < 8; i++) n = n << 8 | b[2 + i];
            if (n > LARGEST / 2) fail("a frame is too large", "");
        }
        if (length - o < h + n) break;
        on_frame(c, b[0], b + h, n);
        o += h + n;
    }
    return o;
}

static size_t take_upgrade(Client *c, uint8_t *data, size_t length) {
    uint8_t *end = memmem(data, length, "\r\n\r\n", 4);
    if (!end) return 0;
    if (length < 12 || memcmp(data + 9, "101", 3)) {
        remember(data, length), lost(c);
        return 0;
    }
    c->state = GREETING, upgraded++, upgraded_at = now;
    const char *text = c->hello && *c->hello ? c->hello : hello;
    if (text) put_frame(c, 1, text, strlen(text));
    if (!opened_by) on_open(c);
    return end + 4 - data;
}

static void take_input(Client *c) {
    size_t have = c->rest.length, done = 0;
    if (have) memcpy(input, c->rest.data, have), c->rest.length = 0;
    ssize_t got = recv(c->fd, input + have, have + 262144 < LARGEST - 1 ? 262144 : LARGEST - 1 - have, 0);
    now = clock_ns();
    if (got == 0 || (got < 0 && errno != EAGAIN)) { lost(c); return; }
    if (got > 0) bytes_in += got, have += got;
    if (c->state == UPGRADING) done = take_upgrade(c, input, have);
    if (c->state == GREETING || c->state == OPEN) done += take_frames(c, input + done, have - done);
    if (c->state != GONE && done < have) append(&c->rest, input + done, have - done);
}

/* Connecting */

static void begin_upgrade(Client *c) {
    static char request[10000];
    struct sockaddr_in *to = &addresses[c->address];
    char host[64];
    sprintf(host, "%s:%d", inet_ntoa(to->sin_addr), ntohs(to->sin_port));
    int n = snprintf(request, 2000,
        "GET %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c29tZSAxNiBieXRlcyBvaw==\r\n", path, host, host);
    if (subprotocol) n += snprintf(request + n, 200, "Sec-WebSocket-Protocol: %s\r\n", subprotocol);
    if (header) n += snprintf(request + n, 2000, "%s\r\n", header);
    if (c->header && *c->header) n += snprintf(request + n, 4000, "%s\r\n", c->header);
    n += sprintf(request + n, "\r\n");
    c->state = UPGRADING;
    watch(c, 0);
    put(c, request, n);
}

static void begin_connect(Client *c) {
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) fail("socket", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
    c->state = CONNECTING, c->waits_to_write = 1, connecting++;
    if (connect(c->fd, (void *)&addresses[c->address], sizeof *addresses) && errno != EINPROGRESS) fail("connect", strerror(errno));
}

static void turn(int wait_ms) {
    static struct epoll_event events[1024];
    int count = epoll_wait(epoll, events, 1024, wait_ms);
    for (int i = 0; i < count; i++) {
        Client *c = events[i].data.ptr;
        if (c->state == CONNECTING) {
            int error = 0;
            socklen_t size = sizeof error;
            getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
            if (error) fail("connect", strerror(error));
            if (events[i].events & EPOLLOUT) begin_upgrade(c);
            continue;
        }
        if (c->state != GONE && events[i].events & EPOLLOUT) put_waiting(c);
        if (c->state != GONE && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) take_input(c);
    }
    now = clock_ns();
}

/* Brings clients up to `upto` in, `connecting_most` at a time; a step of it with each call. Who was turned away comes
 * again after a second. */
static int bring_in(int *next, int upto) {
    while (*next < upto && connecting < connecting_most) begin_connect(&clients[(*next)++]);
    while (again_count && connecting < connecting_most && again[again_first]->not_before <= now) {
        Client *c = again[again_first];
        again_first = (again_first + 1) % joiner_count, again_count--;
        begin_connect(c);
    }
    return *next == upto && !connecting && !again_count;
}

static void read_addresses(char *list) {
    for (char *one = strtok(list, ","); one; one = strtok(0, ",")) {
        char *colon = strchr(one, ':');
        if (!colon || address_count == ADDRESSES) fail("not HOST:PORT", one);
        *colon = 0;
        struct sockaddr_in *to = &addresses[address_count++];
        to->sin_family = AF_INET, to->sin_port = htons(atoi(colon + 1));
        if (!inet_pton(AF_INET, one, &to->sin_addr)) fail("not an address", one);
        if (ntohl(to->sin_addr.s_addr) >> 24 != 127) fail("loopback only", one);
    }
    if (!address_count) fail("-a is missing", "HOST:PORT");
}

static void read_clients(void) {
    FILE *lines = file ? fopen(file, "r") : 0;
    if (file && !lines) fail(file, strerror(errno));
    clients = calloc(client_count, sizeof *clients), again = calloc(joiner_count + 1, sizeof *again);
    for (int i = 0; i < client_count; i++) {
        static char line[20000];
        clients[i].index = i, clients[i].address = i % address_count;
        if (i >= client_count - joiner_count) clients[i].owed_events = joiner_events;
        if (!lines) continue;
        if (!fgets(line, sizeof line, lines)) fail(file, "fewer lines than clients");
        line[strcspn(line, "\r\n")] = 0;
        char *tab = strchr(line, '\t');
        if (tab) *tab = 0, clients[i].hello = strdup(tab + 1);
        clients[i].header = strdup(line);
    }
    if (lines) fclose(lines);
}

static void read_options(int argc, char **argv) {
    for (int o; (o = getopt(argc, argv, "a:u:n:s:w:r:t:b:m:x:f:g:o:j:e:c:P:H:")) > 0;) switch (o) {
        case 'a': read_addresses(optarg); break;    case 'u': path = optarg; break;
        case 'n': client_count = atoi(optarg); break;   case 's': sender_count = atoi(optarg); break;
        case 'w': window = atoi(optarg); break;     case 'r': rate = atof(optarg); break;
        case 't': seconds = atof(optarg); break;    case 'b': payload_bytes = atoi(optarg); break;
        case 'm': template = optarg; break;         case 'x': every = atoi(optarg); break;
        case 'f': file = optarg; break;             case 'g': hello = optarg; break;
        case 'o': opened_by = optarg; break;        case 'j': joiner_count = atoi(optarg); break;
        case 'e': joiner_events = atoi(optarg); break;  case 'c': connecting_most = atoi(optarg); break;
        case 'P': subprotocol = optarg; break;      case 'H': header = optarg; break;
        default: exit(2);
    }
    if (payload_bytes < STAMP || payload_bytes > 4000) fail("-b", "32 to 4000");
    if (sender_count > client_count - joiner_count) fail("-s", "more senders than clients");
}

int main(int argc, char **argv) {
    read_options(argc, argv);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files), files.rlim_cur = files.rlim_max, setrlimit(RLIMIT_NOFILE, &files);
    read_clients();
    epoll = epoll_create1(0);

    int next = 0, residents = client_count - joiner_count;
    int64_t started = clock_ns(), patience = started + (60 + client_count / 10) * (int64_t)SECOND;
    while (!bring_in(&next, residents)) {
        turn(10);
        if (now > patience) fail("not all clients were open in time", why);
    }
    double upgrading = (upgraded_at - started) / 1e9, opening = (opened_at - started) / 1e9;
    for (int64_t until = clock_ns() + SECOND; now < until;) turn(20);
    fprintf(stderr, "READY\n");

    int64_t start = clock_ns(), warm = start + (sender_count ? SECOND : 0), begin = 0, end = warm + (int64_t)(seconds * SECOND);
    uint64_t deliveries_before = 0, own_before = 0, frames_before = 0, bytes_before = 0, acknowledged_before = 0, scheduled = 0;
    double cpu = 0;
    if (!rate) for (int i = 0; i < sender_count; i++) for (int k = 0; k < window; k++) say(&clients[i]);
    for (now = clock_ns(); now < end || (joined < joiner_count && now < end + 60 * (int64_t)SECOND);) {
        if (!begin && now >= warm) {
            begin = now, measuring = 1, cpu = cpu_seconds();
            deliveries_before = deliveries, own_before = own, frames_before = frames, bytes_before = bytes_in, acknowledged_before = acknowledged;
            fprintf(stderr, "BEGIN\n");
        }
        if (begin && joiner_count) bring_in(&next, client_count);
        for (double due = rate * (now - start) / SECOND; rate && scheduled < due; scheduled++) {
            Client *c = &clients[scheduled % sender_count];
            if (c->state == OPEN) say(c);
        }
        turn(rate ? 1 : 20);
    }
    fprintf(stderr, "END\n");
    double took = (now - begin) / 1e9, busy = cpu_seconds() - cpu;
    uint64_t delivered_in = deliveries - deliveries_before, own_in = own - own_before, frames_in = frames - frames_before;
    uint64_t received = bytes_in - bytes_before, acknowledged_in = acknowledged - acknowledged_before;
    measuring = 0, stopping = 1;
    int64_t quiet = clock_ns() + 30 * (int64_t)SECOND;
    do turn(50); while (now < quiet && acknowledged && acknowledged + refused < sent);
    uint64_t seen; /* and what is still on its way */
    do seen = deliveries, turn(300); while (now < quiet && seen < deliveries);

    printf("{\"clients\": %d, \"residents\": %d, \"senders\": %d, \"upgrades_s\": %.1f, \"opened_s\": %.1f, \"seconds\": %.3f, \"deliveries\": %llu, "
        "\"deliveries_s\": %.0f, \"messages\": %llu, \"messages_s\": %.2f, \"frames_s\": %.0f, \"bytes_s\": %.0f, \"acknowledged_in\": %llu, ",
        client_count, residents, sender_count, residents / upgrading, residents / opening, took, (unsigned long long)delivered_in,
        delivered_in / took, (unsigned long long)own_in, own_in / took, frames_in / took, received / took, (unsigned long long)acknowledged_in);
    const char *names[] = {"", "cross_"};
    for (int i = 0; i < 2; i++)
        if (i == 0 || samples[i]) printf("\"%sp50_ms\": %.3f, \"%sp99_ms\": %.3f, \"%smax_ms\": %.3f, ", names[i], quantile(i, .5), names[i], quantile(i, .99), names[i], highest[i] / 1e3);
    if (joiner_count) printf("\"joined\": %d, \"joined_s\": %.2f, \"came_again\": %d, ", joined, joined ? (joined_at - begin) / 1e9 : 0, came_again);
    printf("\"sent\": %llu, \"arrived\": %llu, \"acknowledged\": %llu, \"refused\": %llu, \"closed\": %llu, \"why\": \"%s\", \"generator\": %.3f}\n",
        (unsigned long long)sent, (unsigned long long)deliveries, (unsigned long long)acknowledged, (unsigned long long)refused, (unsigned long long)closed, why, busy / took);
    return sender_count && !delivered_in ? 1 : 0;
}
