// The platforms of the model, each with a spelling of its own.
#include "tests/unit/sync/convergence_model.hpp"
#include "tests/unit/sync/rules_from_json.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace navette::sync {

namespace json = boost::json;

namespace {

template <class Change>
json::value changed_text(const json::value& given, Change change) {
    if (!given.is_string()) {
        return given;
    }
    std::string text(std::string_view(given.get_string()));
    change(text);
    return json::string(text);
}

json::value lower(const json::value& given) {
    return changed_text(given, [](std::string& text) {
        std::ranges::transform(text, text.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
    });
}

json::value upper(const json::value& given) {
    return changed_text(given, [](std::string& text) {
        std::ranges::transform(text, text.begin(), [](unsigned char c) {
            return static_cast<char>(std::toupper(c));
        });
    });
}

json::value digits(const json::value& given) {
    return changed_text(given, [](std::string& text) {
        std::erase_if(text, [](unsigned char c) { return std::isdigit(c) == 0; });
    });
}

json::value in_pairs(const json::value& given) {
    return changed_text(given, [](std::string& text) {
        std::erase_if(text, [](unsigned char c) { return std::isdigit(c) == 0; });
        for (std::size_t at = 2; at < text.size(); at += 3) {
            text.insert(at, " ");
        }
    });
}

}  // namespace

std::string common_of(const std::string& field, const json::value& value) {
    if (field == "phone") {
        return json::serialize(digits(value));
    }
    return json::serialize(lower(value));
}

ModelPlatform lower_casing() {
    return {
        .id = "int_a",
        .mapping = mapping_from(R"([
            {"local":"email","remote":"mail","direction":"both","transforms":["trim"]},
            {"local":"phone","remote":"tel","direction":"both"},
            {"local":"person.name","remote":"full_name","direction":"both"},
            {"local":"person.city","remote":"city","direction":"both"},
            {"local":"person.first","remote":"first","direction":"both"},
            {"local":"person.last","remote":"last","direction":"both"},
            {"local":"cents","remote":"cents","direction":"both"},
            {"local":"tags","remote":"labels","direction":"both"},
            {"remote":"origin","transforms":[{"constant":"navette"}]}])"),
        .spell = [](const std::string& field, const json::value& given
                 ) { return field == "email" || field == "person.name" ? lower(given) : given; },
    };
}

ModelPlatform pairing() {
    return {
        .id = "int_b",
        .mapping = mapping_from(R"([
            {"local":"email","remote":"billing.email","direction":"both","transforms":["lower"]},
            {"local":"phone","remote":"billing.phone","direction":"both"},
            {"local":"person.name","remote":"billing.name","direction":"both"},
            {"local":"person.city","remote":"billing.address.city","direction":"both"},
            {"local":"cents","remote":"total","direction":"both","transforms":["cents_to_decimal"]},
            {"remote":"contact","required":true,
             "transforms":[{"join":{"paths":["person.first","person.last"]}},{"first_of":["phone","email"]}]},
            {"local":"person.first","remote":"contact","direction":"from_platform",
             "transforms":[{"name_part":"first"}]},
            {"local":"person.last","remote":"contact","direction":"from_platform",
             "transforms":[{"name_part":"last"}]},
            {"local":"tags","remote":"tags","direction":"both"}])"),
        .spell = [](const std::string& field,
                    const json::value& given) { return field == "phone" ? in_pairs(given) : given; },
    };
}

ModelPlatform shouting() {
    return {
        .id = "int_c",
        .mapping = mapping_from(R"([
            {"local":"email","remote":"EMAIL","direction":"both"},
            {"local":"phone","remote":"PHONE","direction":"both"},
            {"local":"person.name","remote":"NAME","direction":"both","transforms":["trim"]},
            {"local":"person.city","remote":"CITY","direction":"both"},
            {"local":"person.first","remote":"FIRST","direction":"both"},
            {"local":"person.last","remote":"LAST","direction":"both"},
            {"local":"cents","remote":"CENTS","direction":"both","transforms":["to_string"]},
            {"local":"tags","remote":"TAGS","direction":"both"}])"),
        .spell =
            [](const std::string& field, const json::value& given) {
                return field == "phone"                             ? digits(given)
                       : field == "email" || field == "person.name" ? upper(given)
                                                                    : given;
            },
    };
}

TEST(ConvergenceModel, ItsPlatformsRespellWhatTheyAreGiven) {
    EXPECT_EQ(lower_casing().spell("email", "Ana"), "ana");
    EXPECT_EQ(pairing().spell("phone", "06-123"), "06 12 3");
    EXPECT_EQ(shouting().spell("phone", "06 12"), "0612");
    EXPECT_EQ(common_of("phone", "06 12"), common_of("phone", "0-612"));
}

}  // namespace navette::sync
