// What an answer of a shop means. Texts are in the shop's language, so the code of an error decides, not its
// words. Pure.
#pragma once

#include <navette/sdk/foreign_json.hpp>
#include <navette/sdk/http.hpp>
#include <navette/sdk/outcome.hpp>

#include <string>
#include <string_view>

namespace navette::woocommerce {

namespace json = sdk::json;

enum class Effect { none, possible };

/// How a recipe goes on after an answer.
enum class Kind {
    ok,
    missing,    // no such record, or it is in the trash already
    duplicate,  // the SKU or the e-mail address is taken
    failed,
};

/// One answer, or one item of a batch's answer. Where the recipe does not handle the kind itself, `outcome`
/// is what the operation comes to.
struct Reply {
    Kind kind = Kind::failed;
    json::value body;  // ok: the parsed body
    sdk::Outcome outcome;
    std::string owner = {};  // duplicate: the id of the record that holds the SKU, where the shop tells it
};

[[nodiscard]] Reply classify(const sdk::HttpResponse& response, Effect effect);

/// One item of a batch's answer: the object as it is now, or `{"error": {...}}`.
[[nodiscard]] Reply classify_item(const json::value& item);

/// A text of WordPress without tags and entities, cut to a readable length.
[[nodiscard]] std::string plain_text(std::string_view text);

}  // namespace navette::woocommerce
