#include "daemon/sync/transforms.hpp"

#include "daemon/sync/value_text.hpp"

#include <algorithm>
#include <array>

namespace navette::sync {
namespace {

using Family = std::span<const TransformType> (*)();

constexpr std::array<Family, 6> kFamilies{
    value_transforms, text_transforms, compose_transforms, money_transforms, time_transforms, phone_transforms
};

}  // namespace

core::Result<Transform> compile_transform(std::string_view name, const boost::json::value& argument) {
    for (const Family family : kFamilies) {
        for (const TransformType& type : family()) {
            if (type.name != name) {
                continue;
            }
            core::Result<Transform> transform = type.compile(argument);
            if (!transform) {
                transform.error().message = "transform " + std::string(name) + ": " +
                                            transform.error().message + "; it is written " +
                                            std::string(type.usage);
            }
            return transform;
        }
    }
    std::string known;
    for (const std::string_view other : transform_names()) {
        known += (known.empty() ? "" : ", ") + std::string(other);
    }
    return refusal("there is no transform '" + std::string(name) + "'; the transforms are " + known);
}

std::vector<std::string_view> transform_names() {
    std::vector<std::string_view> names;
    for (const Family family : kFamilies) {
        for (const TransformType& type : family()) {
            names.push_back(type.name);
        }
    }
    std::ranges::sort(names);
    return names;
}

std::string not_a_text(const boost::json::value& value) {
    const std::string advice = plain_text(value) ? "; put to_string before this transform" : "";
    return shown(value) + " is not a text" + advice;
}

}  // namespace navette::sync
