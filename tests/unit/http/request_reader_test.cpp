#include "daemon/http/request_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace navette::http {
namespace {

using Stage = RequestReader::Stage;
using testing::ElementsAre;
using testing::Pair;

constexpr std::size_t kHeaderLimit = 4'096;
constexpr std::size_t kBodyLimit = 100;

/// What came of bytes that arrive `step` at a time.
struct Outcome {
    Stage stage = Stage::head;
    int status = 0;  // of the refusal
    std::string reason;
    Request request;
    std::string rest;  // what belongs to the next request
    bool keeps_alive = false;
};

Outcome read(std::string_view bytes, std::size_t step = 1'000'000) {
    RequestReader reader(kHeaderLimit);
    std::string unread;
    bool limited = false;
    const auto over = [&] { return reader.stage() == Stage::done || reader.stage() == Stage::refused; };
    while (!over()) {
        const auto before = unread.size();
        const auto taken = reader.take(unread);
        unread.erase(0, taken);
        if (reader.stage() == Stage::body && !std::exchange(limited, true)) {
            reader.limit_body(kBodyLimit);
            continue;
        }
        if (taken > 0 && !unread.empty()) {
            continue;
        }
        if (over() || (bytes.empty() && taken == 0)) {
            break;
        }
        (void)before;
        unread += bytes.substr(0, step);
        bytes.remove_prefix(std::min(step, bytes.size()));
    }
    Outcome outcome;
    outcome.stage = reader.stage();
    if (outcome.stage == Stage::refused) {
        outcome.status = reader.refusal().status;
        outcome.reason = reader.refusal().reason;
    }
    outcome.keeps_alive = reader.keeps_alive();
    outcome.request = std::move(reader.request());
    outcome.rest = unread + std::string(bytes);
    return outcome;
}

std::string post(std::string_view headers, std::string_view body) {
    return "POST /hook HTTP/1.1\r\nHost: navette.test\r\n" + std::string(headers) + "\r\n" +
           std::string(body);
}

TEST(RequestReader, ReadsARequestHoweverItsBytesArrive) {
    const auto text = post("Content-Length: 5\r\nX-Thing:  a b \r\n", "helloGET /next");
    for (std::size_t step = 1; step <= text.size(); ++step) {
        const auto outcome = read(text, step);
        ASSERT_EQ(outcome.stage, Stage::done) << step << outcome.reason;
        EXPECT_EQ(outcome.request.method, "POST");
        EXPECT_EQ(outcome.request.path, "/hook");
        EXPECT_EQ(outcome.request.body, "hello");
        EXPECT_EQ(outcome.request.header("x-thing"), "a b");
        EXPECT_EQ(outcome.rest, "GET /next");
        EXPECT_TRUE(outcome.keeps_alive);
    }
}

TEST(RequestReader, ReadsChunksHoweverTheirBytesArrive) {
    const auto text = post(
        "Transfer-Encoding: chunked\r\n",
        "5;name=\"v\"\r\nhello\r\n0A\r\n, you there\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\nGET"
    );
    ASSERT_EQ(read(text).reason, "malformed_chunk");  // 0A is ten, the text has eleven
    const auto good = post(
        "Transfer-Encoding: Chunked\r\n",
        "5;name=\"v\"\r\nhello\r\n00B\r\n, you there\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\nGET"
    );
    for (std::size_t step = 1; step <= good.size(); ++step) {
        const auto outcome = read(good, step);
        ASSERT_EQ(outcome.stage, Stage::done) << step << outcome.reason;
        EXPECT_EQ(outcome.request.body, "hello, you there");
        EXPECT_EQ(outcome.request.header("X-Forwarded-For"), "");
        EXPECT_EQ(outcome.rest, "GET");
    }
}

TEST(RequestReader, TakesTheQueryApart) {
    const auto request = read("GET /a/b%20c?x=1&y=a+b%26&&z&bad=%zz HTTP/1.1\r\nHost: a\r\n\r\n").request;
    EXPECT_EQ(request.path, "/a/b%20c");
    EXPECT_EQ(request.target, "/a/b%20c?x=1&y=a+b%26&&z&bad=%zz");
    EXPECT_THAT(
        request.query, ElementsAre(Pair("x", "1"), Pair("y", "a b&"), Pair("z", ""), Pair("bad", "%zz"))
    );
    EXPECT_EQ(request.query_value("y"), "a b&");
    EXPECT_EQ(request.query_value("none"), std::nullopt);
}

TEST(RequestReader, TakesTheAbsoluteFormOfATarget) {
    EXPECT_EQ(read("GET http://x.test:80/a?b HTTP/1.1\r\nHost: a\r\n\r\n").request.target, "/a?b");
    EXPECT_EQ(read("GET HTTPS://x.test?b HTTP/1.1\r\nHost: a\r\n\r\n").request.target, "/?b");
    EXPECT_EQ(read("GET http://x.test HTTP/1.1\r\nHost: a\r\n\r\n").request.path, "/");
}

struct Attack {
    const char* name;
    std::string bytes;
    int status;
    const char* reason;
};

class RequestReaderAttack : public testing::TestWithParam<Attack> {};

TEST_P(RequestReaderAttack, IsRefusedHoweverItsBytesArrive) {
    const auto& attack = GetParam();
    for (const std::size_t step : {1UL, 3UL, 7UL, 100UL, 100'000UL}) {
        const auto outcome = read(attack.bytes, step);
        EXPECT_EQ(outcome.stage, Stage::refused) << step;
        EXPECT_EQ(outcome.status, attack.status) << step;
        EXPECT_EQ(outcome.reason, attack.reason) << step;
    }
}

std::string get(
    std::string_view target, std::string_view headers = "Host: a\r\n", const char* version = "1.1"
) {
    return "GET " + std::string(target) + " HTTP/" + version + "\r\n" + std::string(headers) + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    All,
    RequestReaderAttack,
    testing::Values(
        Attack{
            "LengthAndChunked",
            post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nG"),
            400,
            "framing"
        },
        Attack{
            "ChunkedAndLength",
            post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\nG"),
            400,
            "framing"
        },
        Attack{"TwoLengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"), 400, "framing"},
        Attack{
            "TheSameLengthTwice", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400, "framing"
        },
        Attack{"AListOfLengths", post("Content-Length: 5, 5\r\n", "hello"), 400, "framing"},
        Attack{"ANegativeLength", post("Content-Length: -5\r\n", "hello"), 400, "framing"},
        Attack{"ASignedLength", post("Content-Length: +5\r\n", "hello"), 400, "framing"},
        Attack{"AHexLength", post("Content-Length: 0x5\r\n", "hello"), 400, "framing"},
        Attack{"AnEmptyLength", post("Content-Length:\r\n", ""), 400, "framing"},
        Attack{
            "AnOverflowingLength", post("Content-Length: 18446744073709551621\r\n", "hello"), 400, "framing"
        },
        Attack{"AHugeLength", post("Content-Length: 101\r\n", "hello"), 413, "body_too_large"},
        Attack{
            "AnotherCoding", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501, "transfer_coding"
        },
        Attack{
            "AnUnknownCoding", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501, "transfer_coding"
        },
        Attack{
            "ChunkedTwice",
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", ""),
            400,
            "framing"
        },
        Attack{
            "BlankBeforeTheColon",
            post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
            400,
            "malformed_header"
        },
        Attack{"AFoldedHeader", post("X-A: b\r\n Transfer-Encoding: chunked\r\n", ""), 400, "folded_header"},
        Attack{"AFirstHeaderThatIsFolded", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "folded_header"},
        Attack{"ABareLineFeed", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "bare_line_feed"},
        Attack{
            "ABareLineFeedInAValue", post("X-A: b\nTransfer-Encoding: chunked\r\n", ""), 400, "bare_line_feed"
        },
        Attack{
            "ABareCarriageReturn",
            post("X-A: b\rTransfer-Encoding: chunked\r\n", ""),
            400,
            "bare_carriage_return"
        },
        Attack{"ANul", post(std::string_view("X-A: b\0c\r\n", 10), ""), 400, "control_character"},
        Attack{"AnEscapeCharacter", post("X-A: b\x1b[2J\r\n", ""), 400, "control_character"},
        Attack{"NoHost", get("/", ""), 400, "host"},
        Attack{"TwoHosts", get("/", "Host: a\r\nHost: a\r\n"), 400, "host"},
        Attack{"AHostThatIsAnAddress", get("/", "Host: a/b@c\r\n"), 400, "host"},
        Attack{"AnEmptyHost", get("/", "Host:\r\n"), 400, "host"},
        Attack{"OldVersion", get("/", "Host: a\r\n", "1.0"), 505, "version"},
        Attack{"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "version"},
        Attack{"NoVersion", "GET /\r\n\r\n", 400, "malformed_header"},
        Attack{"NoRequestLine", "\r\n\r\n\r\n", 400, "malformed_header"},
        Attack{"TwoBlanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed_header"},
        Attack{"ATlsHello", std::string("\x16\x03\x01\x02\x00\x01", 6), 400, "control_character"},
        Attack{"ARelativeTarget", get("etc/passwd"), 400, "target"},
        Attack{"AnAsterisk", get("*"), 400, "target"},
        Attack{"AFragment", get("/a#b"), 400, "target"},
        Attack{"ATargetBeyondAscii", get("/\xc3\xa9"), 400, "target"},
        Attack{"AnotherExpectation", post("Expect: gold\r\nContent-Length: 1\r\n", "x"), 417, "expectation"},
        Attack{
            "ALongHeader",
            get("/", "Host: a\r\nX-A: " + std::string(5'000, 'a') + "\r\n"),
            431,
            "header_too_large"
        },
        Attack{"ALongTarget", get("/" + std::string(5'000, 'a')), 431, "header_too_large"},
        Attack{
            "ManyHeaders",
            [] {
                std::string headers = "Host: a\r\n";
                for (int n = 0; n < 101; ++n) {
                    headers += "A: b\r\n";
                }
                return get("/", headers);
            }(),
            431,
            "too_many_headers"
        },
        Attack{"AHugeChunk", post("Transfer-Encoding: chunked\r\n", "65\r\n"), 413, "body_too_large"},
        Attack{
            "ChunksThatAddUp",
            post("Transfer-Encoding: chunked\r\n", "32\r\n" + std::string(50, 'a') + "\r\n33\r\n"),
            413,
            "body_too_large"
        },
        Attack{
            "AnOverflowingChunk",
            post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFF1\r\n"),
            400,
            "malformed_chunk"
        },
        Attack{"ANegativeChunk", post("Transfer-Encoding: chunked\r\n", "-1\r\n"), 400, "malformed_chunk"},
        Attack{
            "AChunkWithABlank", post("Transfer-Encoding: chunked\r\n", "5 \r\nhello"), 400, "malformed_chunk"
        },
        Attack{
            "AChunkWithoutItsEnd",
            post("Transfer-Encoding: chunked\r\n", "2\r\nhello\r\n0\r\n\r\n"),
            400,
            "malformed_chunk"
        },
        Attack{
            "ABareLineFeedInAChunk",
            post("Transfer-Encoding: chunked\r\n", "5\nhello\r\n0\r\n\r\n"),
            400,
            "malformed_chunk"
        },
        Attack{
            "ABareLineFeedInAnExtension",
            post("Transfer-Encoding: chunked\r\n", "5;a\nb\r\nhello"),
            400,
            "malformed_chunk"
        },
        Attack{
            "ALongExtension",
            post("Transfer-Encoding: chunked\r\n", "5;" + std::string(2'000, 'a') + "\r\n"),
            400,
            "malformed_chunk"
        },
        Attack{
            "LongTrailers",
            [] {
                std::string trailers = "0\r\n";
                for (int n = 0; n < 200; ++n) {
                    trailers += "X-Trailer: " + std::string(50, 'a') + "\r\n";
                }
                return post("Transfer-Encoding: chunked\r\n", trailers + "\r\n");
            }(),
            400,
            "malformed_chunk"
        }
    ),
    [](const auto& one) { return one.param.name; }
);

TEST(RequestReader, AnEmptyLineBeforeARequestIsForgiven) {
    EXPECT_EQ(read("\r\n" + get("/")).stage, Stage::done);
    EXPECT_EQ(read("\r\n" + get("/"), 1).stage, Stage::done);
}

TEST(RequestReader, SaysWhetherAnotherRequestMayFollow) {
    EXPECT_TRUE(read(get("/")).keeps_alive);
    EXPECT_FALSE(read(get("/", "Host: a\r\nConnection: close\r\n")).keeps_alive);
}

}  // namespace
}  // namespace navette::http
