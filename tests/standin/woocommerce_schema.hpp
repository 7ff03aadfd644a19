// What a write's body must look like, and the metadata in it.
#pragma once

#include "tests/standin/woocommerce_answer.hpp"
#include "tests/standin/woocommerce_shop.hpp"

#include <optional>
#include <string>
#include <vector>

namespace navette::standin::woocommerce {

/// One parameter of a write as the schema of single calls has it; items of batches are not checked.
struct Parameter {
    enum class Type { string, integer, boolean, array, object };

    const char* name;
    Type type;
    std::vector<std::string> values;  // an enum, where it is not empty
};

/// What a single call's body breaks of the schema; nothing where it is right. Unknown members pass.
[[nodiscard]] std::optional<Refusal> schema_mistake(
    const json::object& body, const std::vector<Parameter>& parameters
);

/// Writes metadata into a list: by id, else by key, else a new entry.
void merge_metadata(json::array& held, const json::value& sent, Shop& shop);

}  // namespace navette::standin::woocommerce
