"""Every code a refusal may carry: what it means and what to do; `/problems/<code>` shows it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Code:
    """The status a code comes with, or 200 for a verdict on one item; a sentence; what to do."""

    status: int
    meaning: str | Promise
    way_out: str | Promise


_SHOW_KEY = _("Send `Authorization: Bearer <key>` with a live key of the device.")
_SEND_AGAIN = _("Send the same request again a little later: nothing is stored twice.")
_LOOK_AGAIN = _("Ask for the present state and decide on that.")
_MEND = _("Mend the named field and send it again.")
_SIGN_IN = _("Open a new sign-in link or QR code from your manager.")

CODES: dict[str, Code] = {
    # Who is calling
    "no_key": Code(401, _("The request shows no key."), _SHOW_KEY),
    "unknown_key": Code(401, _("No device has this key."), _SHOW_KEY),
    "revoked_key": Code(
        401, _("This key was taken back, or its device is out of service."), _SHOW_KEY
    ),
    "wrong_kind_of_key": Code(
        401,
        _("The key is good, but for another kind of device."),
        _("Onboard units, stations and offices each have their own addresses and keys."),
    ),
    "device_quarantined": Code(
        401,
        _("Two units use one key: their reports are kept apart, and nothing is told to either."),
        _("Have a new key made for the unit in the truck, revoke the old, lift the quarantine."),
    ),
    "signature_required": Code(
        401,
        _("This device must sign its requests; its key must not travel."),
        _("Sign with the device's key, or have the demand taken off the device."),
    ),
    "bad_signature": Code(
        401,
        _("No live key of this device made this signature for this request."),
        _("Sign method, path, serial number, number and body as they are sent, with a live key."),
    ),
    "stale_sequence": Code(
        401,
        _("The number of this signed request was used or passed before."),
        _("Sign the same request again with a number above the last one."),
    ),
    "two_keys_live": Code(
        409, _("A device has two live keys already."), _("Revoke one of them first.")
    ),
    "not_signed_in": Code(401, _("Nobody is signed in."), _SIGN_IN),
    "not_authenticated": Code(403, _("Nobody is signed in."), _("Sign in, or send a key.")),
    "authentication_failed": Code(
        401, _("Who is calling could not be made out."), _("Sign in, or send a key.")
    ),
    "unknown_link": Code(401, _("This sign-in link is not one of ours."), _SIGN_IN),
    "link_used": Code(401, _("This sign-in link was used already."), _SIGN_IN),
    "link_expired": Code(401, _("This sign-in link is too old."), _SIGN_IN),
    "permission_denied": Code(
        403, _("Your role does not allow this."), _("Ask your fleet manager.")
    ),
    "csrf_failed": Code(
        403,
        _("The request did not come from our page."),
        _("Send the CSRF token of `GET /api/v1/driver/me` as `X-CSRFToken`."),
    ),
    # The request as a whole
    "bad_request": Code(
        400, _("The request could not be read."), _("Compare it with the examples.")
    ),
    "not_json": Code(400, _("The body is not JSON."), _("Send JSON in UTF-8; nothing was stored.")),
    "invalid": Code(
        400, _("A field is missing or wrong."), _("`errors`, or `path`, names the field.")
    ),
    "not_found": Code(
        404, _("There is nothing here, or nothing you may see."), _("Check the address.")
    ),
    "method_not_allowed": Code(
        405, _("This address does not take that method."), _("The `Allow` header names those.")
    ),
    "not_acceptable": Code(406, _("Answers are JSON only."), _("Accept `application/json`.")),
    "too_large": Code(
        413,
        _("The body is above 1 MiB, or above 8 MiB inflated."),
        _("Send it in several requests; nothing was stored."),
    ),
    "too_many": Code(
        413,
        _("More than 1,000 items in one request."),
        _("Send them in several requests; nothing was stored."),
    ),
    "bad_encoding": Code(
        415, _("The body is packed in a way we do not read."), _("Use one gzip member, or none.")
    ),
    "unsupported_media_type": Code(
        415, _("The body is of a type we do not read."), _("Send `application/json`.")
    ),
    "throttled": Code(429, _("Too many requests."), _("Wait as `Retry-After` says.")),
    "internal": Code(500, _("Something failed on our side; it was logged."), _SEND_AGAIN),
    "busy": Code(503, _("The service cannot answer just now."), _SEND_AGAIN),
    "id_reused": Code(
        409,
        _("This id was used for something else before."),
        _("Make a new id for each event; use the old one only to send the same again."),
    ),
    # One report, reading or trip of several
    "missing": Code(200, _("A field that must be there is not."), _MEND),
    "wrong_type": Code(200, _("A field is of another type than the schema says."), _MEND),
    "out_of_range": Code(200, _("A number is outside what can be."), _MEND),
    "bad_time": Code(
        200, _("A time is no ISO 8601 with an offset."), _("Write 2026-11-21T08:00:00Z.")
    ),
    "more_than_a_day_ahead": Code(
        200, _("The report is from the future; it is kept apart."), _("Set the unit's clock.")
    ),
    "outside_retention": Code(
        200, _("The report is older than what is kept; it is kept apart."), _("Nothing.")
    ),
    "clock_ahead": Code(
        200, _("The reading is stamped ahead of our clock."), _("Set the station's clock.")
    ),
    "named_twice": Code(
        200, _("The same thing is named twice in one request."), _("Name each once.")
    ),
    "unknown_truck": Code(
        200,
        _("None of your trucks has this plate or VIN."),
        _("Check the plate; the truck must be yours to run now."),
    ),
    "unknown_place": Code(
        200, _("No place you may use has this code."), _("Check the code, or add the place.")
    ),
    "unknown_trip": Code(
        404, _("You have no trip of this number."), _("Check the number, or post the trip.")
    ),
    "unknown_view": Code(
        404,
        _("Nobody saved a view under this name for you."),
        _("Save it above the list in the admin, and share it with the operator for programs."),
    ),
    "unread_view": Code(
        409,
        _("The view filters by something that only its page understands."),
        _("`filters` names it. Save a view without it for programs."),
    ),
    "precondition_required": Code(
        428,
        _("A change must name what it saw."),
        _("Read the row, and send its `etag` as `If-Match`."),
    ),
    "stale": Code(
        412,
        _("It was changed since you looked; nothing was overwritten."),
        _("`differences` names each member with who changed it. Decide, and send the new `etag`."),
    ),
    "goes_nowhere": Code(200, _("Origin and destination are the same."), _MEND),
    "due_before_ready": Code(200, _("The trip is due before it may leave."), _MEND),
    # Stations
    "unknown_slot": Code(200, _("The station has no slot of this number."), _("Check the number.")),
    "unknown_pack": Code(
        200, _("No pack has this code."), _("Check the code, or register the pack.")
    ),
    "unknown_boot": Code(
        404,
        _("No report of this start of the unit ever came."),
        _("Send the `boot_id` that the answer asked for."),
    ),
    "unknown_act": Code(
        409, _("The board knows no such act."), _("Load the page again: it was made anew.")
    ),
    "unknown_lane": Code(404, _("The station has no lane of this number."), _("Check the number.")),
    "unknown_code": Code(
        404,
        _("No promise at this station has this check-in code."),
        _("Ask the driver for the code on the phone; it changes with each promise."),
    ),
    "wrong_truck": Code(
        409, _("The code belongs to another truck."), _("`plate` names the right truck.")
    ),
    "wrong_pack": Code(
        409, _("A pack is not the one promised."), _("`expected` names the right packs.")
    ),
    "lane_closed": Code(
        409, _("The lane is closed."), _("Open it, or use the lane of the promise.")
    ),
    "slot_taken": Code(409, _("There is a pack in this slot already."), _LOOK_AGAIN),
    "station_closed": Code(409, _("The station is closed."), _LOOK_AGAIN),
    "lane_changed": Code(409, _("The lane was changed meanwhile."), _LOOK_AGAIN),
    # Promises, shifts, trips
    "not_allowed_now": Code(
        409, _("That cannot be done in the present state."), _("`state` names it.")
    ),
    "offer_expired": Code(
        409, _("The offer was not answered in time."), _("A new offer comes by itself.")
    ),
    "stale_version": Code(409, _("It was changed meanwhile."), _LOOK_AGAIN),
    "refused": Code(409, _("That is not possible."), _LOOK_AGAIN),
    "truck_taken": Code(409, _("Another driver is on this truck."), _("Choose another truck.")),
    "on_shift_already": Code(
        409, _("You are on shift with another truck."), _("End that shift first.")
    ),
    "wrong_packs": Code(
        409, _("The truck carries other packs than confirmed."), _("`expected` names them.")
    ),
    "swap_open": Code(409, _("A swap is under way."), _("End the shift when it is done.")),
    # Power and the planner's own health
    "power_cap_refused": Code(
        409,
        _("The station has another power cap in that time, or the time is over."),
        _("Lift the other cap first, or choose another time."),
    ),
    "already_acknowledged": Code(
        409, _("Somebody else looks after the alarm already."), _LOOK_AGAIN
    ),
    "already_closed": Code(409, _("The alarm is closed already."), _LOOK_AGAIN),
    "pack_retired": Code(409, _("The pack is out of service for good."), _LOOK_AGAIN),
    "not_quarantined": Code(409, _("The pack is not quarantined."), _LOOK_AGAIN),
    "release_asked_already": Code(
        409, _("Somebody has asked for the release already."), _("Confirm it, as another person.")
    ),
    "release_not_asked": Code(
        409, _("Nobody has asked for the release yet."), _("Ask for it first.")
    ),
    "same_person": Code(
        409,
        _("The same person cannot ask for the release and confirm it."),
        _("Have another person with the right look at the pack and confirm."),
    ),
    "needs_a_person": Code(409, _("A person has to answer for this."), _("Sign in.")),
    "already_lifted": Code(409, _("The quarantine was lifted by somebody else."), _LOOK_AGAIN),
}
