// Settings of the installation.
#include "api/routes.hpp"

namespace wk::api {
namespace {

Result<Reply> show(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageSettings));
  return reply(call.services.admission.shown());
}

Result<Reply> change(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageSettings));
  WK_TRY(const v1::AdmissionSettings wanted, call.body<v1::AdmissionSettings>());
  WK_TRY(const v1::Admission now, call.services.admission.change(wanted));
  return reply(now);
}

Result<Reply> reset(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageSettings));
  WK_TRY(const v1::Admission now, call.services.admission.reset());
  return reply(now);
}

}  // namespace

std::vector<Route> settings_routes() {
  static const v1::Admission kAdmission;
  static const v1::AdmissionSettings kSettings;
  return {
      {"GET", "/settings/admission", Access::kAgent, show, "How much is let in at each door", nullptr, &kAdmission},
      {"PATCH", "/settings/admission", Access::kAgent, change, "Change it; holds at once", &kSettings, &kAdmission},
      {"DELETE", "/settings/admission", Access::kAgent, reset, "Back to the defaults", nullptr, &kAdmission},
  };
}

}  // namespace wk::api
