#include "shown.hpp"

#include "stored_text.hpp"

#include <navette/sdk/timestamp.hpp>

#include <chrono>
#include <cstdlib>
#include <utility>

namespace navette::dolibarr {

namespace {

constexpr std::int64_t kPrivatePerson = 8;  // typent_id of an individual

/// Dolibarr answers an empty field as null or as "", whichever the object's class happens to (22.0.4: "" for
/// every field of a contact, for descriptions and for days; null for most of a third party's). Both mean that
/// nothing is there.
void show_empty_as_null(json::object& told) {
    for (auto& member : told) {
        if (member.value().is_string() && member.value().get_string().empty()) {
            member.value() = nullptr;
        }
    }
}

void show_written(json::object& told, std::string_view name) {
    auto* value = told.if_contains(name);
    if (value != nullptr && value->is_string()) {
        *value = written_text(value->get_string());
    }
}

/// A rate comes as "20.0000" or "20.00", by its column; as a number it is the same whatever the zeros.
void show_number(json::object& told, std::string_view name) {
    const auto* value = told.if_contains(name);
    const auto decimal = value == nullptr ? std::nullopt : to_decimal(*value);
    if (!decimal) {
        return;
    }
    if (*decimal % kDecimalOne == 0) {
        told[name] = *decimal / kDecimalOne;
    } else {
        told[name] = static_cast<double>(*decimal) / static_cast<double>(kDecimalOne);
    }
}

void show_customer(json::object& told) {
    const auto name = text_at(told, "name");
    if (!name.empty()) {
        told[integer_at(told, "typent_id") == kPrivatePerson ? "_person" : "_company"] = name;
    }
}

void show_product(json::object& told) {
    if (const auto cents = cents_at(told, "price_ttc")) {
        told["_price_cents"] = *cents;
    }
    show_number(told, "tva_tx");
}

/// A day is told as its first second in the zone of Dolibarr's PHP. Half a day later it is the same day in
/// UTC, whatever that zone is, from UTC-11 to UTC+12.
void show_day(json::object& told, std::string_view name) {
    const auto seconds = integer_at(told, name);
    const auto noon = seconds ? sdk::from_unix_seconds(*seconds + 12 * 3600) : std::nullopt;
    if (noon) {
        told[name] = sdk::iso_text(*noon).substr(0, 10);
    }
}

void show_deal(json::object& told, const json::object& settings) {
    const auto status = integer_at(told, "opp_status");
    const auto* stages = settings.if_contains("stages");
    if (status && stages != nullptr && stages->is_object()) {
        for (const auto& stage : stages->get_object()) {
            if (to_integer(stage.value()) == status) {
                told["_stage"] = stage.key();
                break;
            }
        }
    }
    show_number(told, "opp_percent");
    show_day(told, "date_start");
    show_day(told, "date_end");
}

}  // namespace

json::object shown_of(std::string_view object, json::object told, const json::object& settings) {
    show_empty_as_null(told);
    show_written(told, "description");
    show_written(told, "note_private");
    show_written(told, "note_public");
    if (object == "customer") {
        show_customer(told);
    } else if (object == "product") {
        show_product(told);
    } else if (object == "deal") {
        show_deal(told, settings);
    }
    return told;
}

std::string net_price(std::int64_t gross_cents, const json::value& vat_rate) {
    constexpr std::int64_t kScale =
        100'000;  // five decimals of the price; three of the rate, times 100 percent
    // Three decimals of the rate: 20 % is 20,000.
    const auto rate = to_decimal(vat_rate).value_or(0) / (kDecimalOne / 1000);
    __extension__ using Wide = __int128;
    const auto magnitude = static_cast<Wide>(std::llabs(gross_cents)) * (kScale / 100) * kScale;
    const auto divisor = static_cast<Wide>(kScale + rate);
    const auto rounded = static_cast<std::int64_t>((magnitude + divisor / 2) / divisor);
    const auto fraction = std::to_string(rounded % kScale);
    return (gross_cents < 0 ? "-" : "") + std::to_string(rounded / kScale) + "." +
           std::string(5 - fraction.size(), '0') + fraction;
}

}  // namespace navette::dolibarr
