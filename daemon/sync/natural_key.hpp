// By what a record is found that no link names: its email, its sku, its order number. Pure.
#pragma once

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <vector>

namespace navette::sync {

struct NaturalKey {
    std::string name;   // the local path
    std::string value;  // normalised

    bool operator==(const NaturalKey&) const = default;
};

/// The record's keys under these local paths; what has no value, or an empty one, has no key. Normalised:
/// white space at both ends and within collapsed, case folded; a path that ends in "phone" keeps its digits
/// only.
[[nodiscard]] std::vector<NaturalKey> natural_keys_of(
    const boost::json::object& record, std::span<const std::string> paths
);

}  // namespace navette::sync
