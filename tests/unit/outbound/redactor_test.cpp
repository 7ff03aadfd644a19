#include "daemon/outbound/redactor.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace navette::outbound {
namespace {

namespace json = boost::json;

TEST(Redactor, HidesAKnownValueWhereverItStands) {
    const Redactor redactor({"hunter22"});
    EXPECT_EQ(redactor.text("hunter22"), "***");
    EXPECT_EQ(redactor.text("login failed for hunter22, hunter22!"), "login failed for ***, ***!");
    EXPECT_EQ(redactor.text("xhunter22x"), "x***x");
}

TEST(Redactor, HidesOverlappingValuesAsOne) {
    const Redactor redactor({"abcdef", "defghi", "cde1"});
    EXPECT_EQ(redactor.text("-abcdefghi-"), "-***-");
}

TEST(Redactor, HidesEncodedForms) {
    const Redactor redactor({R"(p@ss/w"rd é)"});
    EXPECT_EQ(redactor.text("a p%40ss%2Fw%22rd%20%C3%A9 b"), "a *** b");
    EXPECT_EQ(redactor.text("a p%40ss%2fw%22rd+%c3%a9 b"), "a *** b");
    EXPECT_EQ(redactor.text(R"(a p@ss\/w\"rd \u00e9 b)"), "a *** b");
    EXPECT_EQ(redactor.text(R"(a p@ss\\\/w\\\"rd \\u00E9 b)"), "a *** b");
    EXPECT_EQ(redactor.text("a p%2540ss%252Fw%2522rd%2520%25C3%25A9 b"), "a *** b");
    EXPECT_EQ(redactor.text("a cEBzcy93InJkIMOp b"), "a *** b");
}

TEST(Redactor, HidesAJsonSurrogatePair) {
    EXPECT_EQ(Redactor({"key\xF0\x9F\x94\x91"}).text(R"(is key\ud83d\udd11.)"), "is ***.");
}

TEST(Redactor, HidesABasicCredentialInBase64) {
    // Each alignment of the secret; the character on either side, which may hold bits of it, goes too.
    const Redactor redactor({"s3cret-value"});
    EXPECT_EQ(redactor.text("auth YWxpY2U6czNjcmV0LXZhbHVl"), "auth YWxpY2U***");
    EXPECT_EQ(redactor.text("auth YWw6czNjcmV0LXZhbHVlOnh5"), "auth YWw***nh5");
    EXPECT_EQ(redactor.text("auth YWxpOnMzY3JldC12YWx1ZTp4eQ=="), "auth YWxpO***p4eQ==");
    EXPECT_EQ(redactor.text("auth YWxpYzpzM2NyZXQtdmFsdWU6eHk="), "auth YWxpYz***6eHk=");
    // Behind its scheme, all of it is hidden.
    EXPECT_EQ(redactor.text("Basic YWxpY2U6czNjcmV0LXZhbHVl"), "Basic ***");
}

TEST(Redactor, HidesEachOfSeveralSecretsInOneField) {
    const Redactor redactor({"whsec_first1 whsec_second2\nwhsec_third3", "correct horse battery"});
    EXPECT_EQ(redactor.text("signed with whsec_second2, was whsec_first1"), "signed with ***, was ***");
    EXPECT_EQ(redactor.text("d2hzZWNfdGhpcmQz"), "***");
    EXPECT_EQ(redactor.text("a correct horse"), "a correct horse");
    EXPECT_EQ(redactor.text("a correct horse battery"), "a ***");
}

TEST(Redactor, HidesUnknownCredentialsByTheirForm) {
    const Redactor redactor;
    EXPECT_EQ(
        redactor.text("refused: Authorization: Bearer pat-eu1-5c1ab0d9e877, expired"),
        "refused: Authorization: Bearer ***, expired"
    );
    EXPECT_EQ(redactor.text("header 'basic  YWxpY2U6czNjcmV0' is bad"), "header 'basic  ***' is bad");
    EXPECT_EQ(redactor.text(R"({"sent":"Bearer AbCd\/efgh_ijkl"})"), R"({"sent":"Bearer ***"})");
    EXPECT_EQ(redactor.text("Bearer%20AbCd%2Fefgh_ijkl&x"), "Bearer%20***&x");
    EXPECT_EQ(
        redactor.text("the assertion eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl was refused"),
        "the assertion *** was refused"
    );
    for (const std::string text : {
             "Bearer authentication is required.",
             "Bearer",
             "Bearer ",
             "a Basic subscription, Basic Membership2",
             "Basic YWxpY2U",
             "the bearers 0123456789abcdef",
             "eyJub3RoaW5n.else",
         }) {
        EXPECT_EQ(redactor.text(text), text);
    }
}

TEST(Redactor, HidesWhatPlatformsCallTheirSecretsWhoeverTheyBelongTo) {
    const Redactor redactor;
    for (const std::string name :
         {"access_token",
          "refresh_token",
          "id_token",
          "accessToken",
          "client_secret",
          "password",
          "api_key",
          "apiKey",
          "x-api-key",
          "authorization",
          "hapikey",
          "private_key",
          "webhook_secret",
          "session_id",
          "consumer_key"}) {
        const auto hidden = "{\"" + name + "\":\"***\",\"id\":7}";
        const auto plain = "{\"" + name + "\":\"unknown to us\",\"id\":7}";
        EXPECT_EQ(redactor.body(plain), hidden);
        EXPECT_EQ(json::serialize(redactor.json(json::parse(plain))), hidden);
    }
}

TEST(Redactor, IgnoresValuesTooShortToTellFromOrdinaryText) {
    const Redactor redactor({"", "a", "abc"});
    EXPECT_EQ(redactor.text("abc a abc"), "abc a abc");
}

TEST(Redactor, HidesUserInfoInUrls) {
    const Redactor redactor;
    EXPECT_EQ(redactor.url("https://bob:pw@host.example/a?b=1"), "https://***@host.example/a?b=1");
    EXPECT_EQ(redactor.url("https://bob@host.example"), "https://***@host.example");
    EXPECT_EQ(redactor.url("https://bob:p@w@host.example/"), "https://***@host.example/");
    EXPECT_EQ(
        redactor.text("see postgres://u:p@db/x and http://h/a@b"), "see postgres://***@db/x and http://h/a@b"
    );
    EXPECT_EQ(redactor.text(R"({"url":"https:\/\/u:p@h\/x"})"), R"({"url":"https:\/\/***@h\/x"})");
}

TEST(Redactor, HidesSecretParameters) {
    const Redactor redactor;
    EXPECT_EQ(
        redactor.url("https://h/p?api_token=abc&limit=5#frag"), "https://h/p?api_token=***&limit=5#frag"
    );
    EXPECT_EQ(redactor.url("/p?limit=5&DOLAPIKEY=abc"), "/p?limit=5&DOLAPIKEY=***");
    EXPECT_EQ(
        redactor.url("/p?consumer_key=ck_1&consumer_secret=cs_1"), "/p?consumer_key=***&consumer_secret=***"
    );
    EXPECT_EQ(redactor.url("/cb#access_token=abc&state=1"), "/cb#access_token=***&state=1");
    EXPECT_EQ(redactor.url("/cb?code=4%2Fabc&state=1"), "/cb?code=***&state=1");
    EXPECT_EQ(redactor.url("/p?data%5Bpassword%5D=abc"), "/p?data%5Bpassword%5D=***");
    EXPECT_EQ(
        redactor.url("/p?to=https%3A%2F%2Fu%3Ap%40h%2F%3Ftoken%3Dabc"),
        "/p?to=https%3A%2F%2F***%40h%2F%3Ftoken%3D***"
    );
    EXPECT_EQ(
        redactor.body("grant_type=x&refresh_token=abc&client_id=7"),
        "grant_type=x&refresh_token=***&client_id=7"
    );
    EXPECT_EQ(redactor.body("client_secret=abc"), "client_secret=***");
}

TEST(Redactor, HidesHeadersByName) {
    const Redactor redactor({"known-value"});
    const auto shown = redactor.headers({
        {"Authorization", "Bearer abc"},
        {"proxy-authorization", "Basic abc"},
        {"Cookie", "a=b"},
        {"Set-Cookie", "a=b"},
        {"DOLAPIKEY", "abc"},
        {"X-Api-Key", "abc"},
        {"X-Shopify-Access-Token", "abc"},
        {"X-CSRF-Token", "abc"},
        {"Client_Secret", "abc"},
        {"Idempotency-Key", "job-7"},
        {"Location", "https://h/?token=abc"},
        {"X-Echo", "known-value!"},
        {"Content-Type", "application/json"},
    });
    std::vector<std::string> values;
    for (const auto& header : shown) {
        values.push_back(header.value);
    }
    EXPECT_EQ(
        values,
        (std::vector<std::string>{
            "***",
            "***",
            "***",
            "***",
            "***",
            "***",
            "***",
            "***",
            "***",
            "job-7",
            "https://h/?token=***",
            "***!",
            "application/json"
        })
    );
    EXPECT_EQ(shown.front().name, "Authorization");
}

TEST(Redactor, HidesJsonByKeyAndByValue) {
    const Redactor redactor({"known-value", "123456"});
    const auto shown = redactor.json(json::parse(R"({
        "access_token": "abc", "name": "Ada", "nested": [{"Password": "x", "note": "uses known-value"}],
        "credentials": {"a": [1, 2]}, "pin": 1234567, "count": 7, "price": 19.99, "token": null, "has_token": true,
        "known-value": 1
    })"));
    EXPECT_EQ(shown, json::parse(R"({
        "access_token": "***", "name": "Ada", "nested": [{"Password": "***", "note": "uses ***"}],
        "credentials": "***", "pin": "***", "count": 7, "price": 19.99, "token": null, "has_token": true, "***": 1
    })"));
}

TEST(Redactor, HidesJsonMembersInABodyAndLeavesTheRestAsItIs) {
    const Redactor redactor({"known-value"});
    EXPECT_EQ(
        redactor.body(
            R"({ "access_token" : "a\"b", "n": 19.90, "secrets": {"a": "}"}, "pwd":12, "token":null })"
        ),
        R"({ "access_token" : "***", "n": 19.90, "secrets": "***", "pwd":"***", "token":null })"
    );
    EXPECT_EQ(
        redactor.body(R"({"pass\u0077ord":"abc","x":"known-value"})"), R"({"pass\u0077ord":"***","x":"***"})"
    );
    EXPECT_EQ(
        redactor.body(R"({"log":"{\"password\":\"a b\",\"n\":1}"})"),
        R"({"log":"{\"password\":\"***\",\"n\":1}"})"
    );
}

TEST(Redactor, HidesJsonMembersInABodyThatBreaksOff) {
    const Redactor redactor;
    EXPECT_EQ(redactor.body(R"({"token":"abc)"), R"({"token":"***)");
    EXPECT_EQ(redactor.body(R"({"token":"abc\)"), R"({"token":"***)");
    EXPECT_EQ(redactor.body(R"({"tokens":[1,{"a":)"), R"({"tokens":"***")");
    EXPECT_EQ(redactor.body(R"({"token":12)"), R"({"token":"***")");
    EXPECT_EQ(redactor.body(R"({"token":)"), R"({"token":)");
}

TEST(Redactor, CutsABodyAtACharacterAndTellsItsSize) {
    const Redactor redactor;
    EXPECT_EQ(redactor.body("abcdef", 6), "abcdef");
    EXPECT_EQ(redactor.body("abcdef", 4), "abcd\n[cut to 4 of 6 bytes]");
    EXPECT_EQ(redactor.body("ab\xC3\xA9\xC3\xA9", 5), "ab\xC3\xA9\n[cut to 4 of 6 bytes]");
    EXPECT_EQ(redactor.body("a\xF0\x9F\x94\x91z", 4), "a\n[cut to 1 of 6 bytes]");
    EXPECT_EQ(redactor.body("abc", 0), "\n[cut to 0 of 3 bytes]");
    EXPECT_EQ(redactor.body("", 0), "");
    EXPECT_EQ(redactor.body("abc", std::string::npos), "abc");
}

TEST(Redactor, LeavesNoPartOfASecretThatTheCutGoesThrough) {
    const std::string secret = "Zq9-Zq8-Zq7-Zq6";
    const Redactor redactor({secret});
    std::string escaped;
    for (const char c : secret) {
        escaped += std::string("\\\\u00") + "0123456789abcdef"[c / 16] + "0123456789abcdef"[c % 16];
    }
    for (const auto& form : {secret, escaped}) {
        const std::string body = std::string(50, '.') + form + std::string(50, '.');
        for (std::size_t limit = 1; limit <= body.size(); ++limit) {
            const auto shown = redactor.body(body, limit);
            EXPECT_EQ(shown.find_first_of("Zq\\"), std::string::npos) << limit << ": " << shown;
        }
    }
    // A short mask for a long secret moves the text behind it to the front of the cut.
    std::string crowd;
    for (int i = 0; i < 40; ++i) {
        crowd += secret + " ";
    }
    EXPECT_EQ(redactor.body(crowd, 100).find("Zq"), std::string::npos);
}

TEST(Redactor, MakesEveryBodyValidUtf8WithoutNul) {
    const Redactor redactor;
    const std::string bad = "\xEF\xBF\xBD";
    EXPECT_EQ(redactor.body("caf\xE9 \xC3\xA9"), "caf" + bad + " \xC3\xA9");
    EXPECT_EQ(redactor.body(std::string("a\0b", 3)), "a" + bad + "b");
    EXPECT_EQ(redactor.body("\xC0\xAF"), bad + bad);                      // overlong
    EXPECT_EQ(redactor.body("\xED\xA0\x80"), bad + bad + bad);            // a surrogate
    EXPECT_EQ(redactor.body("\xF4\x90\x80\x80"), bad + bad + bad + bad);  // beyond Unicode
    EXPECT_EQ(redactor.body("\xE2\x82"), bad + bad);                      // breaks off
    EXPECT_EQ(redactor.body("\xE2\x82\xAC\xF0\x9F\x94\x91"), "\xE2\x82\xAC\xF0\x9F\x94\x91");
}

TEST(Redactor, LeavesOrdinaryTextUntouched) {
    const Redactor redactor({"s3cret-value"});
    for (const std::string text : {
             "",
             "The order LU240515001 was paid.",
             R"({"id":7,"name":"A \"B\" \/ C","when":"2024-05-15T10:00:00Z"})",
             "https://shop.example/orders/7?limit=50&page=2&sqlfilters=(t.ref:=:'LU1')",
             "100 % of 50 %25 %zz %",
             R"(C:\temp\new \u12 \x)",
             "user@example.com: hello",
             "a=b&c=d;e",
             "key: value",
             "zip code: 75001",
             R"({"meta_data":[{"key":"_colour","value":"red"}],"code":"FR"})",
             "s3cret-valu",
             "s3cret value",
             "author=Hugo&monkey=1&passenger=2&passport=x",
             "https://h:8080/a:b@c",
         }) {
        EXPECT_EQ(redactor.text(text), text);
        EXPECT_EQ(redactor.body(text), text);
        EXPECT_EQ(redactor.url(text), text);
        EXPECT_EQ(redactor.json(json::value(text)), json::value(text));
    }
}

}  // namespace
}  // namespace navette::outbound
