// Whatever the secret, wherever and however encoded it is planted: it does not survive, and its surroundings
// do.
#include "daemon/outbound/redactor.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace navette::outbound {
namespace {

// Encoders of the test's own, written apart from the redactor's decoders.
std::string percent(std::string_view text, std::string_view kept, std::string_view digits) {
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (alnum || kept.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded += {'%', digits[byte / 16], digits[byte % 16]};
        }
    }
    return encoded;
}

std::string component(std::string_view text) {
    return percent(text, "-_.~", "0123456789ABCDEF");
}

std::string form(std::string_view text) {
    auto encoded = percent(text, "-_. ", "0123456789abcdef");
    std::ranges::replace(encoded, ' ', '+');
    return encoded;
}

std::string every_byte(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        encoded += {'%', "0123456789abcdef"[byte / 16], "0123456789ABCDEF"[byte % 16]};
    }
    return encoded;
}

std::string json_text(std::string_view text) {
    const auto quoted = boost::json::serialize(boost::json::value(text));
    return quoted.substr(1, quoted.size() - 2);
}

// As PHP's json_encode: slashes and all that is not ASCII are escaped. Secrets here hold Latin-1 letters at
// most.
std::string php_json(std::string_view text) {
    std::string encoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0xC0) {
            const unsigned point = ((byte & 0x1FU) << 6U) | (static_cast<unsigned char>(text[++i]) & 0x3FU);
            encoded += std::string("\\u00") + "0123456789abcdef"[point / 16] + "0123456789abcdef"[point % 16];
        } else if (byte == '"' || byte == '\\' || byte == '/') {
            encoded += {'\\', text[i]};
        } else {
            encoded += text[i];
        }
    }
    return encoded;
}

std::string base64(std::string_view bytes, std::string_view last_two) {
    const std::string digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + std::string(last_two);
    std::string encoded;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = (group << 8U) | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            encoded += i + j > bytes.size() ? '=' : digits[(group >> (18U - 6U * j)) & 0x3FU];
        }
    }
    return encoded;
}

std::string basic(std::string_view text) {
    return base64("me:" + std::string(text), "+/");
}
std::string url_base64(std::string_view text) {
    return base64("u:" + std::string(text) + ":x", "-_");
}
std::string plain_base64(std::string_view text) {
    return base64("n" + std::string(text), "+/");
}
std::string as_is(std::string_view text) {
    return std::string(text);
}

using Encoder = std::string (*)(std::string_view);
constexpr Encoder kEncoders[] = {
    as_is,
    component,
    form,
    every_byte,
    json_text,
    php_json,
    basic,
    url_base64,
    plain_base64,
};

class Chance {
  public:
    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
    }

    std::string secret() {
        static const std::vector<std::string> kCharacters = [] {
            std::vector<std::string> all;
            for (char c = ' '; c <= '~'; ++c) {
                all.emplace_back(1, c);
            }
            for (const auto* letter : {"é", "ü", "Ø", "\n", "\t"}) {
                all.emplace_back(letter);
            }
            return all;
        }();
        std::string secret;
        const auto length = 4 + below(40);
        while (secret.size() < length) {
            secret += kCharacters[below(kCharacters.size())];
        }
        return secret;
    }

  private:
    std::mt19937 engine_{20240515};  // NOLINT: the same cases in each run
};

const std::string kBefore = "the platform said «";
const std::string kAfter = "» and closed";

TEST(RedactorProperty, NoPlantedSecretSurvivesAnyEncoding) {
    Chance chance;
    for (int round = 0; round < 400; ++round) {
        const auto secret = chance.secret();
        const Redactor redactor({chance.secret(), secret});
        for (const auto inner : kEncoders) {
            for (const auto outer : {as_is, component, json_text, php_json, every_byte}) {
                const auto planted = outer(inner(secret));
                const auto shown = redactor.text(kBefore + planted + kAfter);
                ASSERT_EQ(shown.find(planted), std::string::npos) << secret << " as " << planted;
                ASSERT_EQ(shown.find(secret), std::string::npos) << secret << " as " << planted;
                ASSERT_TRUE(shown.starts_with(kBefore)) << shown;
                ASSERT_TRUE(shown.ends_with(kAfter)) << shown;
                if (inner != basic && inner != url_base64 && inner != plain_base64) {
                    ASSERT_EQ(shown, kBefore + "***" + kAfter) << secret << " as " << planted;
                }
            }
        }
    }
}

TEST(RedactorProperty, LeavesNothingOfABase64CredentialToDecode) {
    Chance chance;
    for (int round = 0; round < 2000; ++round) {
        const auto secret = chance.secret();
        const std::string user(chance.below(6), 'u');
        const auto shown = Redactor({secret}).text("Other " + base64(user + ":" + secret, "+/"));
        // What may remain: the characters before the first one that holds bits of the secret.
        const auto remaining = shown.substr(6, shown.find("***") - 6);
        ASSERT_LE(remaining.size() * 6, (user.size() + 1) * 8) << shown;
        const auto behind = shown.substr(shown.find("***") + 3);
        ASSERT_EQ(behind.find_first_not_of('='), std::string::npos) << shown;
    }
}

TEST(RedactorProperty, NoSecretSurvivesInJsonHeadersUrlOrBody) {
    Chance chance;
    for (int round = 0; round < 400; ++round) {
        const auto secret = chance.secret();
        const Redactor redactor({secret});
        boost::json::object object{
            {"note", "x " + secret + " y"}, {"deep", {{"list", {1, secret}}}}, {secret, 1}
        };
        const auto shown = boost::json::serialize(redactor.json(object));
        ASSERT_EQ(shown.find(json_text(secret)), std::string::npos) << shown;
        const auto body = redactor.body(boost::json::serialize(object));
        ASSERT_EQ(body.find(json_text(secret)), std::string::npos) << body;
        ASSERT_EQ(
            redactor.url("https://h/p/" + component(secret) + "?q=" + form(secret)), "https://h/p/***?q=***"
        );
        ASSERT_EQ(redactor.headers({{"X-Echo", secret}}).front().value, "***");
    }
}

// Texts made to be slow for anything that is not linear: quadratic work on 256 KiB would take minutes.
TEST(RedactorProperty, TakesLinearTime) {
    constexpr std::size_t kSize = 256U << 10U;
    const Redactor redactor({std::string(500, 'a') + "b", "b" + std::string(500, 'a'), "s3cret-value"});
    const auto begun = std::chrono::steady_clock::now();
    for (const std::string_view unit :
         {"a",
          "%",
          "%25",
          "%61",
          "\\",
          "\\\\",
          "\\u0061",
          "\":",
          "\"",
          "\"token\":",
          "\"token\":[",
          "\"token\":\"",
          "\"token\":{\"",
          "://",
          "://@",
          "?",
          "?a=",
          "?token=",
          "?token=a ",
          "&amp;",
          " ",
          ": ",
          "\"a\": ",
          "s3cret-valu",
          "czNjcmV0LXZhbHV",
          "s3cret-value"}) {
        std::string text;
        while (text.size() < kSize) {
            text += unit;
        }
        EXPECT_FALSE(redactor.text(text).empty());
        EXPECT_LE(redactor.body(text).size(), (16U << 10U) + 50U);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(40));
}

}  // namespace
}  // namespace navette::outbound
