#include "tests/standin/dolibarr_order_lines.hpp"

#include "tests/standin/dolibarr_fields.hpp"
#include "tests/standin/dolibarr_text.hpp"

#include <boost/json.hpp>

namespace navette::standin {

namespace json = boost::json;

namespace {

void read_number(const json::object& body, std::string_view name, double& into) {
    if (const Value sent = member_text(body, name)) {
        into = php_number(*sent);
    }
}

}  // namespace

void read_line(OrderLine& line, const json::object& body) {
    if (const Value sent = member_text(body, "desc")) {
        line.description = restricted_html(*sent);
    }
    read_number(body, "subprice", line.unit_price);
    read_number(body, "qty", line.quantity);
    read_number(body, "tva_tx", line.vat_percent);
    read_number(body, "remise_percent", line.discount_percent);
    if (const Value sent = member_text(body, "fk_product")) {
        line.product = static_cast<std::int64_t>(php_number(*sent));
    }
    if (const Value sent = member_text(body, "product_type")) {
        line.product_type = static_cast<int>(php_number(*sent));
    }
    price(line);
}

json::array shown_lines(const Row& order) {
    json::array lines;
    for (const OrderLine& line : order.lines) {
        const std::string id = std::to_string(line.id);
        json::object object;
        object["id"] = id;
        object["rowid"] = id;
        object["fk_commande"] = std::to_string(order.id());
        object["desc"] = line.description;
        object["description"] = line.description;
        object["product_type"] = std::to_string(line.product_type);
        object["fk_product"] = line.product ? json::value(std::to_string(*line.product)) : json::value();
        object["qty"] = shortest(line.quantity);
        object["subprice"] = decimals(line.unit_price, 8);
        object["remise_percent"] = shortest(line.discount_percent);
        object["tva_tx"] = decimals(line.vat_percent, 3);
        object["total_ht"] = decimals(line.net, 8);
        object["total_tva"] = decimals(line.vat, 8);
        object["total_ttc"] = decimals(line.gross, 8);
        object["rang"] = std::to_string(lines.size() + 1);
        lines.push_back(std::move(object));
    }
    return lines;
}

void total(Row& order) {
    double net = 0;
    double vat = 0;
    double gross = 0;
    for (const OrderLine& line : order.lines) {
        net += line.net;
        vat += line.vat;
        gross += line.gross;
    }
    order["total_ht"] = decimals(rounded_to(net, 2), 8);
    order["total_tva"] = decimals(rounded_to(vat, 2), 8);
    order["total_ttc"] = decimals(rounded_to(gross, 2), 8);
}

}  // namespace navette::standin
