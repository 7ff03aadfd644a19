#include "daemon/engine/redacted_json.hpp"

#include "daemon/engine/evidence.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace navette::engine {
namespace {

namespace json = boost::json;

std::string as_string(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
}

std::string redacted(const json::value& value, const outbound::Redactor& redactor) {
    std::string out;
    append_redacted(out, value, redactor);
    return out;
}

// What the text has to come to, by the slow way.
json::value storable_value(const json::value& value) {
    if (value.is_string()) {
        return json::value(storable(value.get_string()));
    }
    if (value.is_array()) {
        json::array list;
        for (const auto& one : value.get_array()) {
            list.push_back(storable_value(one));
        }
        return list;
    }
    if (value.is_object()) {
        json::object object;
        for (const auto& [name, member] : value.get_object()) {
            object[storable(name)] = storable_value(member);
        }
        return object;
    }
    return value;
}

class Chance {
  public:
    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
    }
    std::string text() {
        static const std::vector<std::string> kPieces{
            "s3cret-value",
            "czNjcmV0LXZhbHVl",
            "s3cret%2Dvalue",
            "password",
            "=",
            "?token=abc",
            "Bearer ",
            "Basic ",
            "dXNlcjpwYXNzd29yZA==",
            "abcdefghijklm1",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig",
            "https://",
            "me:you@",
            "host",
            "/",
            "\"",
            "\\",
            "\":\"",
            "\n",
            "\t",
            "\x01",
            "\x1f",
            "\x7f",
            std::string(1, '\0'),
            "\xC3\xA9",
            "\xE2\x9C\x93",
            "\xF0\x9F\x98\x80",
            " ",
            ":",
            "a",
            "b",
            "B",
            "J",
            "12",
            "%41",
            "\\u0041"
        };
        std::string made;
        for (auto left = below(6); left > 0; --left) {
            made += kPieces[below(kPieces.size())];
        }
        return made;
    }
    json::value value(int depth) {
        switch (below(depth > 0 ? 8 : 6)) {
            case 0:
                return nullptr;
            case 1:
                return below(2) == 0;
            case 2:
                return static_cast<std::int64_t>(below(100'000)) - 50'000;
            case 3:
                return static_cast<double>(below(1'000)) / 8.0;
            case 4:
            case 5:
                return json::value(text());
            case 6: {
                json::array list;
                for (auto left = below(4); left > 0; --left) {
                    list.push_back(value(depth - 1));
                }
                return list;
            }
            default: {
                json::object object;
                for (auto left = below(5); left > 0; --left) {
                    object[text()] = value(depth - 1);
                }
                return object;
            }
        }
    }

  private:
    std::mt19937 engine_{20261122};  // NOLINT: the same cases in each run
};

TEST(RedactedJson, WritesWhatTheRedactorMakesOfAnyValue) {
    Chance chance;
    const outbound::Redactor redactor({"s3cret-value", "12345"});
    for (int round = 0; round < 20'000; ++round) {
        const auto value = chance.value(3);
        boost::system::error_code error;
        const auto written = json::parse(redacted(value, redactor), error);
        ASSERT_FALSE(error) << redacted(value, redactor) << " of " << value;
        ASSERT_EQ(written, storable_value(redactor.json(value))) << value;
    }
}

TEST(RedactedJson, LeavesOnlyTextsAloneThatRedactingDoesNotChange) {
    Chance chance;
    const outbound::Redactor redactor({"s3cret-value"});
    int left = 0;
    for (int round = 0; round < 50'000; ++round) {
        const auto text = chance.text();
        if (redactor.leaves_as_it_is(text)) {
            ++left;
            // Behind a percent sign nothing is left out: every search is made.
            ASSERT_EQ(redactor.text(text + "\x02%"), text + "\x02%");
        }
    }
    EXPECT_GT(left, 5'000);
    EXPECT_TRUE(redactor.leaves_as_it_is("Person Number 12, 3 rue de la Filature"));
    EXPECT_FALSE(redactor.leaves_as_it_is("it was s3cret-value"));
    EXPECT_FALSE(redactor.leaves_as_it_is("Basic dXNlcjpwYXNzd29yZA=="));
}

TEST(RedactedJson, WhatJsonIsLeftAsItIsTheSlowWayLeavesToo) {
    const outbound::Redactor redactor({"s3cret-value", "abcdefghijklm1", "4711471147114711"});
    Chance chance;
    int left = 0;
    int spoilt = 0;
    for (int round = 0; round < 50'000; ++round) {
        auto text = json::serialize(chance.value(3));
        if (const bool spoil = round % 4 == 0; spoil && !text.empty()) {
            const auto at = chance.below(text.size());
            text.replace(at, 1, 1, static_cast<char>(chance.below(256)));
        }
        if (!redactor.leaves_json_as_it_is(text)) {
            continue;
        }
        ++left;
        spoilt += round % 4 == 0 ? 1 : 0;
        boost::system::error_code error;
        const auto value = json::parse(text, error);
        ASSERT_FALSE(error) << text;
        ASSERT_EQ(redactor.json(value), value) << text;
        ASSERT_EQ(storable_value(value), value) << text;
    }
    EXPECT_GT(left, 5'000);
    EXPECT_GT(spoilt, 100);
}

TEST(RedactedJson, OnlyPlainJsonIsLeftAsItIs) {
    const outbound::Redactor redactor({"s3cret-value", "4711471147114711"});
    for (const std::string plain :
         {R"({"number": "IT1", "lines": [{"qty": 2, "price": 12.5}], "paid": true, "note": null})",
          R"({"email":"ada@example.org","name":"Ada Lovelace","amount_cents":12445})",
          "[]",
          " 5 ",
          R"("Ã©tÃ©")",
          R"({"a": 1, "a": 2})"}) {
        EXPECT_TRUE(redactor.leaves_json_as_it_is(plain)) << plain;
    }
    for (const std::string other :
         {R"({"api_key": "x"})",
          R"({"deep": [{"Access-Token": 12}]})",
          R"({"note": "it was s3cret-value"})",
          R"({"s3cret-value": 1})",
          R"({"number": 4711471147114711})",
          R"({"note": "Bearer abcdefghijklm1"})",
          R"({"url": "https://me:you@host/"})",
          R"({"url": "/orders?token=abc"})",
          R"({"jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig"})",
          R"({"note": "a\u0000b"})",
          R"({"note": "a\"b"})",
          R"({"huge": 1e999999})",
          R"({"huge": 1E5})",
          R"({"huge": 0.1234567890123456789012345})",
          R"({"open": 1)",
          R"({"a": 1} {"b": 2})",
          "",
          "{\"a\": \"caf\xE9\"}",
          "{\"a\": \"b\nc\"}",
          "\xEF\xBB\xBF{}"}) {
        EXPECT_FALSE(redactor.leaves_json_as_it_is(other)) << other;
    }
    EXPECT_FALSE(redactor.leaves_json_as_it_is(std::string(100, '[') + std::string(100, ']')));
}

TEST(RedactedJson, OfBytesThatAreNoTextNoneIsLeftAsItIs) {
    const outbound::Redactor redactor;
    for (int first = 0x80; first < 0x100; ++first) {
        for (int second = 0; second < 0x100; ++second) {
            for (const std::string_view rest : {"", "\x80", "\xBF", "\x80\x80", "\xBF\xBF", "\x80\x80\x80"}) {
                const std::string bytes{static_cast<char>(first), static_cast<char>(second)};
                const auto text = "\"" + bytes + std::string(rest) + "\"";
                if (redactor.leaves_json_as_it_is(text)) {
                    ASSERT_EQ(storable(text), text) << first << ' ' << second << ' ' << rest.size();
                }
            }
        }
    }
    EXPECT_TRUE(redactor.leaves_json_as_it_is("\"\xF0\x9F\x98\x80\""));
}

TEST(RedactedJson, QuotesAnyBytesAsTextThatPostgresqlTakes) {
    EXPECT_EQ(as_string("plain"), R"("plain")");
    EXPECT_EQ(as_string("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")");
    EXPECT_EQ(as_string(std::string("a\0b", 3)), R"("ab")");
    EXPECT_EQ(as_string("caf\xC3\xA9"), "\"caf\xC3\xA9\"");
    EXPECT_EQ(as_string("caf\xE9"), "\"caf\xEF\xBF\xBD\"");
    for (int byte = 0; byte < 256; ++byte) {
        const auto text = as_string(std::string(1, static_cast<char>(byte)));
        boost::system::error_code error;
        ASSERT_EQ(json::parse(text, error), json::value(storable(std::string(1, static_cast<char>(byte)))))
            << byte;
    }
}

}  // namespace
}  // namespace navette::engine
