// A new site, as it is before anybody changed anything.
#pragma once

#include <string>

#include "api/services.hpp"

namespace wk::api {

v1::Site default_site(Services& services, const std::string& name);

}  // namespace wk::api
