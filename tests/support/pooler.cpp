#include "tests/support/pooler.hpp"

#include "tests/support/fresh_folder.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <system_error>
#include <vector>

namespace navette::test {

namespace fs = std::filesystem;

Pooler::Pooler(const std::string& mode, int sessions) : folder_(fresh_folder("navette-pooler")) {
    fs::create_directories(folder_);
    fs::permissions(folder_, fs::perms::all);
    const auto settings = folder_ / "pgbouncer.ini";
    std::ofstream written(settings);
    written << "[databases]\n* = host=" << std::getenv("NAVETTE_TEST_CLUSTER")
            << " user=navette\n[pgbouncer]\n"
            << "listen_addr =\nlisten_port = 5432\nunix_socket_dir = " << folder_.string()
            << "\nauth_type = any\npool_mode = " << mode << "\ndefault_pool_size = " << sessions << '\n';
    written.close();
    std::vector<std::string> command{"pgbouncer", settings.string()};
    if (geteuid() == 0) {
        // It refuses to run as root.
        command.insert(
            command.begin(), {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"}
        );
    }
    process_ = std::make_unique<Process>(command);
    process_->await_line("process up");
}

Pooler::~Pooler() {
    process_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

std::string Pooler::url(TestDatabase& database) const {
    return "host=" + folder_.string() + " user=navette dbname=" + database.value("SELECT current_database()");
}

}  // namespace navette::test
