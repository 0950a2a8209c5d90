"""What music apps say and ask for, as the OpenSubsonic API has it."""
