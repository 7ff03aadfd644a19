#include "tests/e2e/shop.hpp"

#include <fstream>
#include <sstream>

namespace navette::test {

std::string shop_source(const std::string& every) {
    std::ifstream file(std::string(NAVETTE_SOURCE_DIR) + "/config/examples/lumira.yaml");
    std::stringstream text;
    text << file.rdbuf();
    auto source = text.str().substr(text.str().find("\nsources:") + 1);
    const auto drop = [&](const std::string& from, const std::string& to) {
        source.replace(source.find(from), from.size(), to);
    };
    drop("    connection: \"postgresql:///lumira\"\n", "");
    drop("every: 5m", "every: " + every);
    return source;
}

void make_shop(TestDatabase& database, int customers) {
    database.exec(
        "CREATE TABLE customers (id int PRIMARY KEY, email text, first_name text, last_name text, phone "
        "text);"
        "CREATE TABLE orders (number text PRIMARY KEY, customer_id int REFERENCES customers, level text, "
        "amount_cents int,"
        " currency text DEFAULT 'EUR', status text, created_at timestamptz DEFAULT now(), paid_at "
        "timestamptz,"
        " updated_at timestamptz DEFAULT now());"
        "INSERT INTO customers SELECT n, 'client' || n || '@shop.example', 'Aïcha', 'Martin ' || n, "
        "'0612345678'"
        " FROM generate_series(1, " +
        std::to_string(customers) + ") n"
    );
}

void place_orders(TestDatabase& database, int count) {
    database.exec(
        "INSERT INTO orders (number, customer_id, level, amount_cents, status, paid_at)"
        " SELECT 'LU' || lpad(n::text, 6, '0'), 1 + n % (SELECT count(*)::int FROM customers),"
        " (ARRAY['initie', 'mystique', 'profond', 'integrale'])[1 + n % 4], 2700 + n, 'paid', now()"
        " FROM generate_series(1, " +
        std::to_string(count) + ") n"
    );
}

void hurry(const DaemonSite& site) {
    const auto file = site.folder() / "connectors.d/dolibarr.yaml";
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    auto yaml = text.str();
    yaml.insert(
        yaml.find("objects:"),
        "limits: [{requests: 1000, per: 1s}]\nretry: {base: 20ms, cap: 200ms, max_retries: 50}\ntimeout: 5s\n"
    );
    yaml += "  customer: {settle: 300ms}\n";
    site.write("connectors.d/dolibarr.yaml", yaml);
}

Creates creates_of(const boost::json::value& effects, const std::string& kind) {
    Creates counted;
    const auto& object = effects.as_object().at(kind).as_object();
    counted.total = object.at("creates").to_number<long>();
    for (const auto& [key, count] : object.at("by_ref_ext").as_object()) {
        ++counted.records;
        counted.duplicates += count.to_number<long>() - 1;
    }
    return counted;
}

}  // namespace navette::test
