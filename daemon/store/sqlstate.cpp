#include "daemon/store/sqlstate.hpp"

#include <pqxx/except>

namespace navette::store {

core::ErrorKind kind_of(std::string_view sqlstate) {
    using core::ErrorKind;
    if (sqlstate.size() != 5) {
        return ErrorKind::unavailable;
    }
    if (sqlstate == "25006" || sqlstate == "53100") {
        return ErrorKind::read_only;
    }
    if (sqlstate == "42501" || sqlstate.starts_with("28")) {
        return ErrorKind::permission;
    }
    if (sqlstate == "23505" || sqlstate == "55P03") {
        return ErrorKind::conflict;
    }
    const auto of_class = sqlstate.substr(0, 2);
    if (of_class == "08" || of_class == "40" || of_class == "53" || of_class == "57" || of_class == "58") {
        return ErrorKind::unavailable;
    }
    if (of_class == "22" || of_class == "23" || of_class == "P0") {
        return ErrorKind::invalid;
    }
    return ErrorKind::internal;
}

std::string state_of(const pqxx::sql_error& error) {
    if (error.sqlstate().empty() && dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr) {
        return "42501";
    }
    return error.sqlstate();
}

}  // namespace navette::store
