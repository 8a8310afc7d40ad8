// SPDX-License-Identifier: GPL-2.0
// into: driver/config.c
// expect: 'n' not described in 'seed_doc'

int seed_doc(int n);
/**
 * seed_doc - document too little
 * Return: the same.
 */
int seed_doc(int n)
{
	return n;
}
