// Loads manifests from texts, for tests: problems come back as lines with the bare file names.
#pragma once

#include "daemon/config/manifest.hpp"
#include "settings_file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::config::testing {

inline constexpr std::string_view kManifest = R"(slug: shop
name: Shop
category: ecommerce
description: A shop
base_url: "${base_url}"
account: [base_url]
auth: {type: api_key, header: X-Key, value: "Bearer ${api_key}"}
config:
  base_url: {type: url, required: true, label: Address}
  api_key: {type: secret, required: true}
  currency: {type: string, default: EUR}
  page: {type: integer, default: 50}
  draft: {type: boolean, default: false}
  levels: {type: map, default: {a: 1}}
capabilities: [test, push]
limits: [{requests: 40, per: 1s}]
concurrency: 2
retry: {max_retries: 5, base: 2s, cap: 1m}
timeout: 20s
objects:
  customer:
    remote: parties
    natural_keys: [email]
    mapping:
      - {local: email, remote: mail, required: true, transforms: [trim, lower]}
  order:
    actions: [upsert, delete]
    batch: 10
    concurrency: 3
    depends_on: [{object: customer, id: customer.id, record: customer, as: party, required: false}]
    mapping:
      - local: number
        remote: ref
        direction: both
        transforms:
          - trim
          - truncate: 30
      - local: lines
        remote: items
        each:
          - {remote: kind, transforms: [{constant: "1"}]}
          - {local: qty, remote: count}
  note: {every_event: true, actions: [create]}
events:
  order.*: {object: order}
  order.deleted: {object: order, action: delete}
  order.line.*: {object: note, action: create}
)";

/// The sample with one text replaced by another.
inline std::string manifest_with(std::string_view from, std::string_view to) {
    std::string text(kManifest);
    return text.replace(text.find(from), from.size(), to);
}

inline std::expected<Manifest, Problems> load_shop(
    std::string_view text, const std::optional<std::string>& override_text = std::nullopt
) {
    const TemporaryDirectory directory;
    std::optional<std::filesystem::path> override_file;
    if (override_text) {
        override_file = directory.write("connectors.d/shop.yaml", *override_text);
    }
    return load_manifest(directory.write("shop.yaml", text), override_file);
}

/// Problems of the manifest as "shop.yaml:1: ...", of the override as "override/shop.yaml:1: ..."; empty when
/// both load.
inline std::vector<std::string> shop_mistakes(
    std::string_view text, const std::optional<std::string>& override_text = std::nullopt
) {
    const auto manifest = load_shop(text, override_text);
    std::vector<std::string> result;
    for (Problem problem : manifest ? Problems() : manifest.error()) {
        const std::filesystem::path file(problem.where.file);
        const bool is_override = file.parent_path().filename() == "connectors.d";
        problem.where.file = (is_override ? "override/" : "") + file.filename().string();
        result.push_back(problem.text());
    }
    return result;
}

}  // namespace navette::config::testing
