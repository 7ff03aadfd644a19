// The named steps of a mapping rule: what each accepts as its argument, what it does and how it is undone.
#pragma once

#include "daemon/core/error.hpp"
#include "daemon/sync/path.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::sync {

/// A field on its way through the steps: nothing where the source has no such field; an explicit null is a
/// value.
using Field = std::optional<boost::json::value>;

/// One step. `scope` is the record or the array item to which the rule's paths belong. The error does not
/// name the path.
using Step = std::function<core::Result<Field>(Field field, const boost::json::object& scope)>;

/// A transform with its argument, checked.
struct Transform {
    Step forward;
    Step backward;                // empty where the way back changes nothing
    std::string one_way{};        // why there is no way back; empty where there is one
    bool supplies_value = false;  // needs no input, so the rule's local path may be empty
    /// There is no way back, but only the spelling is lost: what gives the same has the same meaning.
    bool loses_spelling_only = false;
};

struct TransformType {
    std::string_view name;
    std::string_view usage;  // how it is written, for sentences and for the documentation
    core::Result<Transform> (*compile)(const boost::json::value& argument);
};

/// The transform for a name and its argument (null where none is given). Fails with a sentence that names the
/// transform, what is wrong and how it is written.
[[nodiscard]] core::Result<Transform> compile_transform(
    std::string_view name, const boost::json::value& argument
);

/// All names, sorted.
[[nodiscard]] std::vector<std::string_view> transform_names();

// The families, each in its own file.
[[nodiscard]] std::span<const TransformType> value_transforms();
[[nodiscard]] std::span<const TransformType> text_transforms();
[[nodiscard]] std::span<const TransformType> compose_transforms();
[[nodiscard]] std::span<const TransformType> money_transforms();
[[nodiscard]] std::span<const TransformType> time_transforms();
[[nodiscard]] std::span<const TransformType> phone_transforms();

/// A refusal by a step or by the check of its argument.
[[nodiscard]] inline std::unexpected<core::Error> refusal(std::string message) {
    return core::failure(core::ErrorKind::invalid, std::move(message));
}

[[nodiscard]] inline Field text_field(std::string_view text) {
    return Field(std::in_place, boost::json::string_view(text.data(), text.size()));
}

/// A step that leaves an absent field and null as they are: change(value) returns Result<Field>.
template <class Change>
[[nodiscard]] Step on_value(Change change) {
    return [change = std::move(change)](Field field, const boost::json::object&) -> core::Result<Field> {
        if (!field || field->is_null()) {
            return field;
        }
        return change(*field);
    };
}

/// The sentence on a value that is no text.
[[nodiscard]] std::string not_a_text(const boost::json::value& value);

/// The same for texts: change(std::string_view) returns Result<Field>. Anything else than a text is refused.
template <class Change>
[[nodiscard]] Step on_text(Change change) {
    return on_value([change = std::move(change)](const boost::json::value& value) -> core::Result<Field> {
        if (const boost::json::string* text = value.if_string()) {
            return change(std::string_view(*text));
        }
        return refusal(not_a_text(value));
    });
}

}  // namespace navette::sync
