"""Calls that belong together are one conversation: by any of several ids, or by a number alone."""
import unittest

from sip_client import change, code, hang_up, place, play, ports_of
from siprec_session import HEAD, Session, audio, person, recording, sends, session
from support import CALLER, CUSTOMER

XML = "application/rs-metadata+xml"
TWO_LINES = HEAD + audio(40000, "1") + audio(40002, "2")
DESK = "+4588303081"  # the customer's, as CALLER is
AGENT = "ab30317f1a784dc48ff824d0d3715d86"
PHONE = "47755a9de7794ba387653f2099600ef2"


def document(inside, caller="+4520304050", called=CALLER, mode="complete"):
    return recording(inside + person("a", caller) + person("b", called) + sends("a", "1")
                     + sends("b", "2"), mode)


def group(key):
    return f'<group group_id="{key}"/>'


def in_group(key):
    return f"<group-ref>{key}</group-ref>"


def sip_session(text):
    return f"<sipSessionID>{text}</sipSessionID>"


class Conversations(Session):
    PORTS = (22800, 22999)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.recorder.recorderctl("number", "add", CUSTOMER, DESK)

    def call(self, metadata):
        dialog, answer = place(self.udp, sdp=TWO_LINES, metadata=metadata)
        self.assertEqual(code(answer), 200, answer)
        self.port = ports_of(answer)[0]
        return dialog

    def conversation(self, row):
        """[(id, what it was put there by)], as the API has it, oldest first."""
        whole = self.recorder.get(f"/api/v1/recordings/{row['id']}").json()["conversation"]
        return [(part["id"], part["linked_by"]) for part in whole["recordings"]]

    def check_together(self, rows, linked_by="id"):
        wanted = [(row["id"], linked_by if i else None) for i, row in enumerate(rows)]
        for row in rows:
            self.assertEqual(self.conversation(row), wanted)

    def check_document_ties_two(self, between, first, second, number):
        """A call of `between` makes those of `first` and of `second`, which overlap it, one."""
        dialogs = [self.call(document(inside, f"+45203040{number + i}"))
                   for i, inside in enumerate((first, second, between))]
        self.check_together([self.ended(dialog)[0] for dialog in dialogs])

    def test_every_group_of_a_document_ties(self):
        self.check_document_ties_two(
            group("sales-team-1") + group("sales-team-2") + session("s1", in_group("sales-team-1")),
            group("sales-team-1") + session(), group("sales-team-2") + session(), 10)

    def test_every_session_of_a_document_ties_by_its_group_and_its_sip_session(self):
        self.check_document_ties_two(
            session("s1", in_group("desk-7") + sip_session(f"{AGENT};remote={PHONE}"))
            + session("s2", in_group("desk-8") + sip_session("11112222;remote=33334444")),
            session("s1", sip_session(f"{PHONE};remote=55556666")),
            session("s1", sip_session("77778888;remote=11112222")), 20)
        self.check_document_ties_two(
            session("s1", in_group("desk-9")) + session("s2", in_group("desk-10")),
            session("s1", in_group("desk-9")), session("s1", in_group("desk-10")), 30)

    def test_a_session_that_came_later_ties_and_the_former_still_does(self):
        dialogs = [self.call(document(session("s1", in_group("lasting-1")), "+4520304041"))]
        later = recording(session("s2", in_group("lasting-2")), "partial")
        self.assertEqual(code(change(self.udp, dialogs[0], "UPDATE", later, XML)), 200)
        rows = [self.ended(dialogs[0])[0]]
        for i in (1, 2):
            dialog = self.call(document(session("s1", in_group(f"lasting-{i}")), f"+452030405{i}"))
            rows.append(self.ended(dialog)[0])
        self.check_together(rows)

    def transfer(self, caller, overlap=False):
        """A call to the first number, and when it was hung up one to another, with its own ids."""
        first = self.call(document(session("desk-session-" + caller[-4:]), caller))
        onward = document(session("next-session-" + caller[-4:]), caller, DESK)
        second = self.call(onward) if overlap else None
        play(0.5, (self.sender(), self.port))
        self.assertEqual(code(hang_up(self.udp, first)), 200)
        second = second or self.call(onward)
        return [self.sealed(first)[0], self.ended(second)[0]]

    def test_transfer_by_bye_and_invite_without_a_shared_id_is_presumed(self):
        rows = self.transfer("+4561626364")
        self.check_together(rows, "number")
        listed = {row["id"]: row for row in self.recorder.listed(limit=200)}
        self.assertEqual([(listed[row["id"]]["conversation_part"],
                           listed[row["id"]]["conversation_size"]) for row in rows],
                         [(1, 2), (2, 2)])

    def test_withheld_numbers_and_overlapping_calls_are_not_presumed(self):
        for caller, overlap in (("anonymous", False), ("+4561626365", True)):
            with self.subTest(caller):
                for row in self.transfer(caller, overlap=overlap):
                    self.assertEqual(self.conversation(row), [(row["id"], None)])


if __name__ == "__main__":
    unittest.main()
