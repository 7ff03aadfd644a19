// Random records through invertible mappings, and random rubbish through all of them. The seed is fixed.
#include "tests/unit/sync/rules_from_json.hpp"

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include <array>
#include <random>

namespace navette::sync {
namespace {

namespace json = boost::json;

class Random {
  public:
    std::int64_t number(std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(least, most)(engine_);
    }
    template <class T, std::size_t N>
    const T& one_of(const std::array<T, N>& choices) {
        return choices[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(N) - 1))];
    }
    std::string word() {
        static constexpr std::array<std::string_view, 8> kParts{"a", "z", "é", "ß", "€", "中", "0", "-"};
        std::string text;
        for (auto length = number(1, 12); length > 0; --length) {
            text += one_of(kParts);
        }
        return text;
    }
    json::value anything(int depth) {
        switch (number(0, depth > 0 ? 8 : 6)) {
            case 0:
                return nullptr;
            case 1:
                return number(0, 1) == 1;
            case 2:
                return number(INT64_MIN, INT64_MAX);
            case 3:
                return static_cast<double>(number(-1'000'000, 1'000'000)) / 997.0;
            case 4:
                return json::string(word());
            case 5:
                return json::string(std::to_string(number(-99'999, 99'999)));
            case 6:
                return static_cast<std::uint64_t>(INT64_MAX) + static_cast<std::uint64_t>(number(1, 1'000));
            case 7: {
                json::array items;
                for (auto count = number(0, 3); count > 0; --count) {
                    items.push_back(anything(depth - 1));
                }
                return items;
            }
            default:
                return object(depth - 1);
        }
    }
    json::object object(int depth) {
        static constexpr std::array<std::string_view, 5> kKeys{"a", "b", "l", "vat", "c"};
        json::object made;
        for (const std::string_view key : kKeys) {
            if (number(0, 3) != 0) {
                made[key] = anything(depth);
            }
        }
        return made;
    }

  private:
    std::mt19937_64 engine_{20240515};
};

TEST(MappingProperty, ForwardAndBackIsTheSameRecord) {
    const Mapping mapping = mapping_from(R"([
        {"local":"name","remote":"n.name","direction":"both","transforms":["trim","bmp_only",{"default":"?"}]},
        {"local":"status","remote":"fk_statut","direction":"both","transforms":[{"lookup":{"table":{"paid":"1","completed":3,"failed":-1}}}]},
        {"local":"total_cents","remote":"total_ttc","direction":"both","transforms":[{"cents_to_decimal":{"decimals":8}}]},
        {"local":"paid_at","remote":"date","direction":"both","transforms":[{"date":{"from":"iso","to":"epoch","zone":"Europe/Paris"}}]},
        {"local":"seen_at","remote":"meta[1].seen","direction":"both","transforms":[{"date":{"from":"epoch_ms","to":"iso","zone":"America/New_York"}}]},
        {"local":"flag","remote":"flag","direction":"both","transforms":["bool"]},
        {"local":"count","remote":"count","direction":"both","transforms":["to_string"]},
        {"local":"lines","remote":"lines","direction":"both","each":[
            {"local":"sku","remote":"product.ref","direction":"both"},
            {"local":"level","remote":"level","direction":"both","transforms":["to_string",{"lookup":{"table":{"1":"Simple","2":"Intuitive"}}}]},
            {"local":"price","remote":"price","direction":"both","transforms":["cents_to_decimal"]}]}])");
    Random random;
    constexpr std::array<std::string_view, 3> kStates{"paid", "completed", "failed"};
    const auto in_paris =
        compile_transform("date", parsed(R"({"from":"epoch","to":"iso","zone":"Europe/Paris"})"));
    ASSERT_TRUE(in_paris);
    for (int round = 0; round < 2'000; ++round) {
        json::object record;
        const auto maybe = [&](const char* key, json::value value) {
            if (random.number(0, 4) != 0) {
                record[key] = random.number(0, 9) == 0 && std::string_view(key) != "name" ? json::value()
                                                                                          : std::move(value);
            }
        };
        record["name"] = random.word();
        maybe("status", json::string(random.one_of(kStates)));
        maybe("total_cents", random.number(-1'000'000'000, 1'000'000'000));
        maybe("paid_at", in_paris->forward(Field(random.number(0, 4'000'000'000)), {}).value().value());
        maybe("seen_at", random.number(-2'000'000'000'000, 4'000'000'000'000));
        maybe("flag", random.number(0, 1) == 1);
        maybe("count", random.number(INT64_MIN, INT64_MAX));
        json::array lines;
        for (auto count = random.number(0, 4); count > 0; --count) {
            lines.push_back(
                {{"sku", random.word()},
                 {"level", random.number(1, 2)},
                 {"price", random.number(-99'999, 99'999)}}
            );
        }
        maybe("lines", std::move(lines));
        const auto remote = mapping.to_remote(record);
        ASSERT_TRUE(remote) << remote.error().message << json::serialize(record);
        const auto back = mapping.to_local(*remote);
        ASSERT_TRUE(back) << back.error().message << json::serialize(*remote);
        ASSERT_EQ(*back, record) << json::serialize(*remote);
    }
}

TEST(MappingProperty, RubbishGivesAResultOrASentenceAndNeverACrash) {
    std::vector<Mapping> mappings;
    for (const char* transform :
         {R"("trim")",
          R"("upper")",
          R"({"default":1})",
          R"({"lookup":{"table":{"a":1},"otherwise":"keep"}})",
          R"("cents_to_decimal")",
          R"({"cents_to_decimal":{"decimals":8,"net_of":"vat"}})",
          R"({"decimal":8})",
          R"({"date":{"to":"iso","zone":"Europe/Paris"}})",
          R"({"date":{"from":"epoch","to":"date","zone":"Asia/Kolkata"}})",
          R"({"truncate":2})",
          R"({"join":{"paths":["a","b","l[0]"]}})",
          R"({"template":"{a} {b.c}"})",
          R"("bool")",
          R"("to_string")",
          R"("to_integer")",
          R"({"phone_e164":{"country":"FR"}})",
          R"("bmp_only")",
          R"("plain_text")",
          R"({"split":{"on":"-","take":2}})",
          R"({"first_of":["b","c"]})"}) {
        const std::string step = std::string(",\"transforms\":[") + transform + "]}";
        mappings.push_back(mapping_from(
            R"([{"local":"a","remote":"x.y")" + step +
            R"(,{"local":"l","remote":"z","each":[{"local":"b","remote":"w[1]")" + step +
            R"(]},{"local":"c","remote":"x","direction":"both"}])"
        ));
    }
    Random random;
    int mapped = 0;
    int refused = 0;
    for (int round = 0; round < 2'000; ++round) {
        const json::object record = random.object(3);
        for (const Mapping& mapping : mappings) {
            const auto remote = mapping.to_remote(record);
            ++(remote ? mapped : refused);
            EXPECT_TRUE(remote || !remote.error().message.empty());
            static_cast<void>(mapping.to_local(record));
        }
    }
    EXPECT_GT(mapped, 1'000);
    EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace navette::sync
