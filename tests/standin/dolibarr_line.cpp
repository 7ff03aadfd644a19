#include "tests/standin/dolibarr_line.hpp"

#include "tests/standin/dolibarr_text.hpp"

namespace navette::standin {

void price(OrderLine& line) {
    line.unit_price = cut_to(line.unit_price, 5);
    const double exact = line.unit_price * line.quantity * (1 - line.discount_percent / 100);
    line.net = rounded_to(exact, 2);
    line.gross = rounded_to(exact * (1 + line.vat_percent / 100), 2);
    line.vat = rounded_to(line.gross - line.net, 2);
}

}  // namespace navette::standin
