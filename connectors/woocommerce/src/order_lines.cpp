#include "order_lines.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace navette::woocommerce {

namespace {

constexpr std::int64_t kMostCents = 10'000'000'000;  // of a line: a hundred million
constexpr std::int64_t kThousandths = 100'000;       // of a percent in the whole

/// A decimal text with at most three decimals in thousandths.
std::optional<std::int64_t> to_thousandths(std::string_view text) {
    const auto dot = text.find('.');
    const auto whole = sdk::to_integer(text.substr(0, dot));
    if (!whole || *whole < 0 || *whole > 1'000'000'000'000) {
        return std::nullopt;
    }
    std::string decimals(dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1));
    while (decimals.ends_with('0')) {
        decimals.pop_back();
    }
    if (decimals.size() > 3 || !std::ranges::all_of(decimals, [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    decimals.resize(3, '0');
    return *whole * 1000 + sdk::to_integer(decimals).value_or(0);
}

/// "39.1667" for 391667.
std::string four_decimals(std::int64_t amount) {
    auto decimals = std::to_string(amount % 10'000);
    decimals.insert(0, 4 - decimals.size(), '0');
    return std::to_string(amount / 10'000) + "." + decimals;
}

bool is_on(const json::object& settings, std::string_view name) {
    const auto* value = settings.if_contains(name);
    return value == nullptr || !value->is_bool() || value->get_bool();
}

/// The shop's tax class for a rate; nothing where the settings name none.
std::optional<std::string> tax_class_of(std::int64_t rate, const json::object& settings) {
    if (const auto* classes = sdk::object_at(settings, "tax_classes")) {
        for (const auto& member : *classes) {
            if (to_thousandths(member.key()) == rate && member.value().is_string()) {
                return std::string(member.value().get_string());
            }
        }
    }
    return std::nullopt;
}

std::optional<Outcome> price_line(
    const json::object& line, json::object& sent, const json::object& settings
) {
    const auto quantity = sdk::integer_at(line, "quantity");
    const auto cents = sdk::integer_at(line, "_unit_price_cents");
    if (!quantity || *quantity < 1 || *quantity > 1'000'000) {
        return Outcome::rejected("the shop takes whole quantities only", "quantity");
    }
    if (!cents || *cents < 0 || *cents > kMostCents / *quantity) {
        return Outcome::rejected("the unit price is no whole number of cents", "unit_price_cents");
    }
    const auto gross = *cents * *quantity;
    auto net = gross * 100;  // in ten-thousandths, which the shop keeps
    if (is_on(settings, "shop_counts_tax")) {
        const auto told = sdk::text_at(line, "_vat_rate");
        const auto rate = to_thousandths(told);
        if (!rate || *rate > kThousandths) {
            return Outcome::rejected(
                "every line needs its VAT rate, since the shop counts the tax itself", "vat_rate"
            );
        }
        const auto tax_class = tax_class_of(*rate, settings);
        if (!tax_class) {
            return Outcome::rejected(
                "no tax class of the shop is named for the VAT rate " + told + ": add it to tax_classes",
                "vat_rate"
            );
        }
        const auto divisor = kThousandths + *rate;
        net = (net * kThousandths + divisor / 2) / divisor;
        sent["tax_class"] = *tax_class;
    }
    sent["quantity"] = *quantity;
    sent["subtotal"] = four_decimals(net);
    sent["total"] = four_decimals(net);
    return std::nullopt;
}

}  // namespace

std::vector<std::string> skus_of(const json::array& lines) {
    std::vector<std::string> skus;
    for (const auto& line : lines) {
        auto sku = line.is_object() ? sdk::text_at(line.get_object(), "_sku") : std::string();
        if (!sku.empty() && std::ranges::find(skus, sku) == skus.end()) {
            skus.push_back(std::move(sku));
        }
    }
    return skus;
}

std::expected<json::array, Outcome> shape_lines(
    const json::array& lines, const std::map<std::string, ProductId>& products, const json::object& settings
) {
    json::array shaped;
    for (const auto& item : lines) {
        if (!item.is_object()) {
            return std::unexpected(Outcome::rejected("a line of the order is no object", "lines"));
        }
        const auto& line = item.get_object();
        auto sent = json::object();
        const auto sku = sdk::text_at(line, "_sku");
        const auto name = sdk::text_at(line, "name");
        if (sku.empty()) {
            // A reference that no product has: the shop takes the line as free text.
            sent["sku"] = "-";
        } else if (const auto found = products.find(lower_ascii(sku)); found != products.end()) {
            sent["product_id"] = found->second.product;
            if (found->second.variation != 0) {
                sent["variation_id"] = found->second.variation;
            }
        } else {
            return std::unexpected(Outcome::rejected(
                "the shop has no product with the SKU " + sku +
                    "; it would take the line with a total of nothing. Send the product first",
                "sku"
            ));
        }
        if (!name.empty()) {
            sent["name"] = name;
        }
        if (auto problem = price_line(line, sent, settings)) {
            return std::unexpected(std::move(*problem));
        }
        shaped.push_back(std::move(sent));
    }
    if (shaped.empty()) {
        return std::unexpected(Outcome::rejected("the order has no lines", "lines"));
    }
    return shaped;
}

std::optional<std::int64_t> to_cents(std::string_view text) {
    const auto thousandths = to_thousandths(text);
    return thousandths && *thousandths % 10 == 0 ? std::optional(*thousandths / 10) : std::nullopt;
}

}  // namespace navette::woocommerce
